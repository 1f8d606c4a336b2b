#include "crypto/ed25519.hpp"

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "core/error.hpp"

namespace lad::crypto {
namespace {

void require(bool worked) {
  if (!worked) throw Error(ErrorCode::internal, "OpenSSL cannot compute Ed25519");
}

using Context = std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

/// The field of the curve: integers modulo p = 2^255 - 19.
class Field {
 public:
  Field() : context_(BN_CTX_new(), &BN_CTX_free), p_(number(0)) {
    require(context_ != nullptr && BN_set_bit(p_.get(), 255) == 1 &&
            BN_sub_word(p_.get(), 19) == 1);
  }

  static Number number(BN_ULONG value) {
    Number result(BN_new(), &BN_free);
    require(result != nullptr && BN_set_word(result.get(), value) == 1);
    return result;
  }

  Number add(const Number& a, const Number& b) const { return combine(BN_mod_add, a, b); }
  Number subtract(const Number& a, const Number& b) const { return combine(BN_mod_sub, a, b); }
  Number multiply(const Number& a, const Number& b) const { return combine(BN_mod_mul, a, b); }

  Number divide(const Number& a, const Number& b) const {
    const Number inverse(BN_mod_inverse(nullptr, b.get(), p_.get(), context_.get()), &BN_free);
    require(inverse != nullptr);
    return multiply(a, inverse);
  }

  bool is_square(const Number& a) const {
    const int symbol = BN_kronecker(a.get(), p_.get(), context_.get());
    require(symbol >= -1);
    return symbol >= 0;
  }

  bool contains(const Number& a) const { return BN_cmp(a.get(), p_.get()) < 0; }

 private:
  using Operation = int(BIGNUM*, const BIGNUM*, const BIGNUM*, const BIGNUM*, BN_CTX*);

  Number combine(Operation* operation, const Number& a, const Number& b) const {
    Number result = number(0);
    require(operation(result.get(), a.get(), b.get(), p_.get(), context_.get()) == 1);
    return result;
  }

  Context context_;
  Number p_;
};

/// x^2 of the points whose second coordinate is y, from the curve y^2 - x^2 = 1 + d x^2 y^2 with
/// d = -121665/121666. It is a square exactly if there are such points.
Number squared_x(const Field& field, const Number& y) {
  const Number one = Field::number(1);
  const Number d =
      field.divide(field.subtract(Field::number(0), Field::number(121665)), Field::number(121666));
  const Number squared_y = field.multiply(y, y);
  return field.divide(field.subtract(squared_y, one), field.add(field.multiply(d, squared_y), one));
}

/// The second coordinate of twice the point: (y^2 + x^2) / (2 + x^2 - y^2).
Number doubled(const Field& field, const Number& y) {
  const Number squared_y = field.multiply(y, y);
  const Number x2 = squared_x(field, y);
  return field.divide(field.add(squared_y, x2),
                      field.subtract(field.add(Field::number(2), x2), squared_y));
}

}  // namespace

bool is_ed25519_public_key(Bytes key) {
  if (key.size() != kEd25519KeySize) return false;
  // y in little-endian order; the highest bit is the sign of x.
  std::array<std::uint8_t, kEd25519KeySize> bytes;
  std::ranges::copy(key, bytes.begin());
  bytes.back() &= 0x7f;
  Number y(BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), &BN_free);
  require(y != nullptr);
  const Field field;
  if (!field.contains(y) || !field.is_square(squared_x(field, y))) return false;
  // Eight times a point of small order is the neutral element, the only point with y = 1.
  for (int doubling = 0; doubling < 3; ++doubling) y = doubled(field, y);
  return BN_is_one(y.get()) == 0;
}

bool verify_ed25519(Bytes key, Bytes message, Bytes signature) {
  if (signature.size() != kEd25519SignatureSize) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> public_key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  require(public_key != nullptr && context != nullptr &&
          EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1);
  // OpenSSL compares R byte by byte and refuses S >= L, so a signature has one encoding.
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace lad::crypto
