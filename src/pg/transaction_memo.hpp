#pragma once

#include <utility>

namespace lad::pg {

/// What a transaction has looked up, kept until it ends, until a savepoint is rolled back (which
/// may undo what was read) or until forget_memos(). For statics: constinit and trivially
/// destructible.
class MemoBase {
 protected:
  constexpr explicit MemoBase(void (*drop)(void*)) : drop_(drop) {}
  /// The value, or nullptr when there is none any more.
  void* value() const { return value_; }
  /// Takes over a value; it is dropped later.
  void keep(void* value);

 private:
  friend void forget_memos() noexcept;

  void (*drop_)(void*);
  void* value_ = nullptr;
  MemoBase* next_ = nullptr;
  bool is_listed_ = false;
};

template <class T>
class Memo : private MemoBase {
 public:
  constexpr Memo() : MemoBase([](void* value) { delete static_cast<T*>(value); }) {}

  const T* find() const { return static_cast<const T*>(value()); }
  const T& keep(T fresh) {
    auto* const kept = new T(std::move(fresh));
    MemoBase::keep(kept);
    return *kept;
  }
};

/// Drops every memo of this backend: something they were read from has changed.
void forget_memos() noexcept;

/// Registers the callbacks that drop memos; only while preloading.
void define_memos();

}  // namespace lad::pg
