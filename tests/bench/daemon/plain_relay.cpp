#include "plain_relay.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "served_daemon.hpp"

namespace chimera::bench {
namespace {

constexpr std::string_view request =
    "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}";

int checked(int result, const char* doing) {
  if (result < 0) {
    std::perror(doing);
    std::_Exit(1);
  }
  return result;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// The functions of the system take addresses of any family.
sockaddr* any(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

void send_at_once(int socket) {
  const int yes = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int connected(std::uint16_t port) {
  const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
  sockaddr_in to = loopback(port);
  checked(connect(socket, any(to), sizeof to), "connect");
  send_at_once(socket);
  return socket;
}

[[noreturn]] void run(int listener, std::uint16_t server, std::size_t streams) {
  const int poll = checked(epoll_create1(0), "epoll_create1");
  std::vector<int> to;  // by the socket that is read
  for (std::size_t i = 0; i < streams; ++i) {
    const int out = checked(accept(listener, nullptr, nullptr), "accept");
    send_at_once(out);
    const int in = connected(server);
    checked(static_cast<int>(send(in, request.data(), request.size(), 0)), "send");
    if (to.size() <= static_cast<std::size_t>(in)) to.resize(static_cast<std::size_t>(in) + 1);
    to[static_cast<std::size_t>(in)] = out;
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.fd = in;
    checked(epoll_ctl(poll, EPOLL_CTL_ADD, in, &wanted), "epoll_ctl");
  }
  std::array<epoll_event, 128> ready{};
  std::array<char, 65536> piece{};
  for (;;) {
    const int count = checked(epoll_wait(poll, ready.data(), ready.size(), -1), "epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int in = ready[static_cast<std::size_t>(i)].data.fd;
      const ssize_t got = recv(in, piece.data(), piece.size(), 0);
      if (got <= 0) std::_Exit(0);
      const auto bytes = static_cast<std::size_t>(got);
      if (send(to[static_cast<std::size_t>(in)], piece.data(), bytes, MSG_NOSIGNAL) < 0)
        std::_Exit(0);
    }
  }
}

}  // namespace

plain_relay::plain_relay(std::uint16_t server, std::size_t streams) {
  const int listener = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
  sockaddr_in here = loopback(0);
  checked(bind(listener, any(here), sizeof here), "bind");
  checked(listen(listener, SOMAXCONN), "listen");
  socklen_t size = sizeof here;
  checked(getsockname(listener, any(here), &size), "getsockname");
  port_ = ntohs(here.sin_port);
  child_ = checked(fork(), "fork");
  if (child_ == 0) run(listener, server, streams);
  close(listener);
}

plain_relay::~plain_relay() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

double plain_relay::cpu_seconds() const { return cpu_seconds_of(child_); }

}  // namespace chimera::bench
