// The body of a streaming answer: chunks in, and a watch on the peer meanwhile.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "daemon/http/server/connection.hpp"

namespace chimera::http {

/// Lives in the frame of its connection while the answer is written.
class body_stream final : public body_writer {
 public:
  /// `chunked`: with the framing of RFC 9112 section 7.1, or as it is (HTTP/1.0).
  body_stream(loop::asio::ip::tcp::socket& socket, live_connection& connection,
              std::chrono::milliseconds write_timeout, bool chunked);
  ~body_stream() override;

  [[nodiscard]] task<bool> write(shared_text chunk) override;
  [[nodiscard]] bool closed() const override { return closed_; }
  void on_closed(std::function<void()> wake) override;

  /// The server stops: the writer is told, and may still write until the last deadline.
  void stop();
  /// Writes the last chunk. False: the peer is gone.
  [[nodiscard]] task<bool> finish();

 private:
  struct watch {
    body_stream* stream;
  };
  void mark_closed();

  loop::asio::ip::tcp::socket& socket_;
  live_connection& connection_;
  std::chrono::milliseconds write_timeout_;
  bool chunked_;
  bool closed_ = false;
  bool gone_ = false;
  std::function<void()> wake_;
  std::shared_ptr<watch> watch_;  ///< outlives this object until its wait has completed
};

}  // namespace chimera::http
