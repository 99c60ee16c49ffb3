#include "daemon/http_client/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/impl/src.hpp>

namespace chimera::http {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using boost::system::error_code;

struct kept_context {
  fs::file_time_type changed;
  std::shared_ptr<tls_context> context;
};

fs::path system_file() {
  const char* named = std::getenv(X509_get_default_cert_file_env());
  return named == nullptr ? X509_get_default_cert_file() : named;
}

proto::result<std::shared_ptr<tls_context>> make(const fs::path& ca_file) {
  auto out = std::make_shared<tls_context>(tls_context::tls_client);
  error_code error;
  SSL_CTX_set_min_proto_version(out->native_handle(), TLS1_2_VERSION);
  if (ca_file.empty()) {
    out->set_default_verify_paths(error);
  } else {
    out->load_verify_file(ca_file.string(), error);
  }
  if (error) {
    return proto::fail(
        "client.ca-file", fmt::format("can't read the certificates of '{}'", ca_file.string()),
        fmt::format("{}: it must be a readable file in PEM format (-----BEGIN CERTIFICATE-----)",
                    error.message()));
  }
  out->set_verify_mode(asio::ssl::verify_peer, error);
  if (error) return proto::fail("client.tls", "TLS cannot be set up", error.message());
  return out;
}

bool is_number(const std::string& host) {
  error_code malformed;
  asio::ip::make_address(host, malformed);
  return !malformed;
}

std::string names_of(X509* shown) {
  std::string out;
  auto* names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(shown, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    if (!out.empty()) out += ", ";
    out.append(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  GENERAL_NAMES_free(names);
  return out;
}

std::string why_untrusted(const url& to, const std::string& names, long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "it has expired: it must be renewed on the server (or this machine's clock is wrong)";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "it is not valid yet: is this machine's clock right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      if (names.empty()) return fmt::format("it does not name '{}'", to.host);
      return fmt::format("it is for {}, not for '{}': write the url with the name it is for", names,
                         to.host);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "nobody whom this machine trusts has issued it: name the issuer's certificate with "
             "'ca_file', or install the package ca-certificates if the system has none";
    default:
      return X509_verify_cert_error_string(verdict);
  }
}

}  // namespace

proto::result<std::shared_ptr<tls_context>> trust(const fs::path& ca_file) {
  thread_local std::map<fs::path, kept_context> kept;
  std::error_code missing;  // a file that is not there shows when it is read
  const auto changed = fs::last_write_time(ca_file.empty() ? system_file() : ca_file, missing);
  const auto found = kept.find(ca_file);
  if (found != kept.end() && found->second.changed == changed) return found->second.context;
  auto made = make(ca_file);
  if (made) kept.insert_or_assign(ca_file, kept_context{changed, *made});
  return made;
}

bool demand_host(tls_stream& stream, const url& to, std::string& names) {
  const auto keep_names = [&names](bool fine, asio::ssl::verify_context& about) {
    X509_STORE_CTX* refused = about.native_handle();
    if (!fine && X509_STORE_CTX_get_error_depth(refused) == 0)
      names = names_of(X509_STORE_CTX_get_current_cert(refused));
    return fine;
  };
  error_code error;
  stream.set_verify_callback(keep_names, error);
  if (error) return false;
  SSL* ssl = stream.native_handle();
  if (is_number(to.host)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), to.host.c_str()) == 1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, to.host.c_str()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(to.host.c_str())) == 1;
}

std::unexpected<proto::problem> refused_handshake(tls_stream& stream, const url& to,
                                                  const std::string& names,
                                                  const error_code& error) {
  const long verdict = SSL_get_verify_result(stream.native_handle());
  if (verdict != X509_V_OK) {
    return proto::fail("client.certificate",
                       fmt::format("the certificate of {} cannot be trusted", to.authority()),
                       why_untrusted(to, names, verdict));
  }
  std::string detail = error.message();
  const int reason = error.category() == asio::error::get_ssl_category()
                         ? ERR_GET_REASON(static_cast<unsigned long>(error.value()))
                         : 0;
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated ||
      error == asio::error::connection_reset) {
    detail = "it ended the connection: does it speak TLS? without TLS the url begins with http://";
  } else if (reason == SSL_R_WRONG_VERSION_NUMBER) {
    detail = "it does not speak TLS: without TLS the url begins with http://";
  } else if (reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION || reason == SSL_R_UNSUPPORTED_PROTOCOL) {
    detail = "it speaks only versions of TLS older than 1.2";
  }
  return proto::fail("client.tls", fmt::format("no TLS connection to {}", to.authority()),
                     std::move(detail));
}

}  // namespace chimera::http
