#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "pg/boundary.hpp"
#include "pg/postgres.hpp"

/// Arguments of functions that must not raise, however large they are.
namespace lad::pg {

/// An argument in plain form, or nullptr for one of more than `max_bytes` bytes, which is not read.
/// With `aligned` its header has four bytes, as structured types need.
const varlena* bounded_argument(FunctionCallInfo fcinfo, int index, std::size_t max_bytes,
                                bool aligned);

inline std::string_view text_view(const varlena* text) {
  return {VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)};
}

/// What is derived from a plain argument that rarely changes: made anew only when the bytes differ
/// from those of the call before. `derive` is called inside a guard with a copy that lives as long
/// as what it returns; both lie in the current memory context then.
template <class T>
class Derived {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  using Derive = T (*)(const varlena* copy, Oid collation);

  static const T& of(FunctionCallInfo fcinfo, const varlena* argument, Derive derive) {
    auto* self = static_cast<Derived*>(fcinfo->flinfo->fn_extra);
    const std::size_t size = VARSIZE_ANY(argument);
    if (self == nullptr || self->key_ == nullptr || VARSIZE_ANY(self->key_) != size ||
        std::memcmp(self->key_, argument, size) != 0) {
      self = guard([=] { return renew(fcinfo, self, argument, size, derive); });
    }
    return self->value_;
  }

 private:
  static Derived* renew(FunctionCallInfo fcinfo, Derived* self, const varlena* argument,
                        std::size_t size, Derive derive) {
    if (self == nullptr) {
      const MemoryContext owner = fcinfo->flinfo->fn_mcxt;
      self = static_cast<Derived*>(MemoryContextAllocZero(owner, sizeof(Derived)));
      self->memory_ = AllocSetContextCreate(owner, "lad_ext argument", ALLOCSET_SMALL_SIZES);
      fcinfo->flinfo->fn_extra = self;
    }
    self->key_ = nullptr;
    MemoryContextReset(self->memory_);
    const MemoryContext before = MemoryContextSwitchTo(self->memory_);
    auto* copy = static_cast<varlena*>(palloc(size));
    std::memcpy(copy, argument, size);
    self->value_ = derive(copy, fcinfo->fncollation);
    MemoryContextSwitchTo(before);
    self->key_ = copy;
    return self;
  }

  MemoryContext memory_;
  const varlena* key_;
  T value_;
};

}  // namespace lad::pg
