#pragma once

#include <cstdint>

namespace lad::pg {

/// Acts as another role until the end of the scope (or of the failed transaction). Row-level
/// security that is forced on a table's owner is set aside meanwhile, so that the owner can add
/// foreign keys, and read and write rows that are not of one tenant.
class ActAsOwner {
 public:
  explicit ActAsOwner(const char* role);
  ~ActAsOwner();
  ActAsOwner(const ActAsOwner&) = delete;
  ActAsOwner& operator=(const ActAsOwner&) = delete;

 private:
  std::uint32_t saved_user_ = 0;
  int saved_context_ = 0;
};

}  // namespace lad::pg
