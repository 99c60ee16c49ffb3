// Certificates made while the test runs: whatever is wrong with them can be asked for.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace chimera::http {

struct certificate {
  std::string pem;
  std::string key;
};

struct certificate_wish {
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< as subjectAltName writes them
  long from_seconds = -3600;                         ///< from now
  long to_seconds = 3600;
  bool is_authority = false;
};

namespace detail {

template <auto Free>
struct freer {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};
using x509_ptr = std::unique_ptr<X509, freer<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY_free>>;
using bio_ptr = std::unique_ptr<BIO, freer<BIO_free_all>>;

inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(bytes)};
}

inline bio_ptr reading(const std::string& text) {
  return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

inline void extend(X509* what, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(what, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace detail

/// Signed by `issuer`, or by itself.
inline certificate make_certificate(const certificate_wish& wish,
                                    const certificate* issuer = nullptr) {
  const detail::key_ptr key(EVP_EC_gen("P-256"));
  const detail::x509_ptr made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wish.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wish.to_seconds);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME* name = X509_get_subject_name(made.get());
  const auto* common = reinterpret_cast<const unsigned char*>(wish.is_authority ? "root" : "leaf");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
  if (wish.is_authority) detail::extend(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  if (!wish.names.empty()) detail::extend(made.get(), NID_subject_alt_name, wish.names);
  detail::key_ptr signing;
  if (issuer == nullptr) {
    X509_set_issuer_name(made.get(), name);
  } else {
    const auto pem = detail::reading(issuer->pem);
    const detail::x509_ptr above(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
    X509_set_issuer_name(made.get(), X509_get_subject_name(above.get()));
    const auto secret = detail::reading(issuer->key);
    signing.reset(PEM_read_bio_PrivateKey(secret.get(), nullptr, nullptr, nullptr));
  }
  X509_sign(made.get(), signing ? signing.get() : key.get(), EVP_sha256());
  const detail::bio_ptr pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(pem.get(), made.get());
  const detail::bio_ptr secret(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {detail::text_of(pem.get()), detail::text_of(secret.get())};
}

}  // namespace chimera::http
