#include "tenancy/invitation.hpp"

#include <algorithm>

#include "crypto/crypto.hpp"

namespace lad::tenancy {

std::string encode_invitation(const Uuid& tenant_id, const std::array<std::uint8_t, 32>& secret) {
  std::array<std::uint8_t, kInvitationSize> bytes;
  std::ranges::copy(secret, std::ranges::copy(tenant_id.bytes, bytes.begin()).out);
  return crypto::encode_base64url(bytes);
}

std::optional<Uuid> tenant_of_invitation(std::string_view token) {
  std::array<std::uint8_t, kInvitationSize> bytes;
  if (!crypto::decode_base64url(token, bytes)) return std::nullopt;
  Uuid tenant_id;
  std::copy_n(bytes.begin(), tenant_id.bytes.size(), tenant_id.bytes.begin());
  return tenant_id;
}

std::string hash_invitation(std::string_view token) {
  return crypto::encode_base64url(crypto::sha256(crypto::as_bytes(token)));
}

}  // namespace lad::tenancy
