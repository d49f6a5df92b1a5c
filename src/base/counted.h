#pragma once

#include <cstdint>
#include <utility>

namespace gatehouse {

// What several holders on ONE thread own together: a plain counter, where shared_ptr has an atomic
// one. It is destroyed by the last of them, on that thread.
class Counted {
 public:
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 protected:
  Counted() = default;
  virtual ~Counted() = default;

 private:
  template <class T>
  friend class CountedPtr;
  mutable std::uint32_t holders_ = 0;
};

template <class T>
class CountedPtr {
 public:
  CountedPtr() = default;
  // Takes what `new` has made, or what others hold already.
  explicit CountedPtr(T* object) : object_(object) {
    if (object_ != nullptr) ++object_->Counted::holders_;
  }
  CountedPtr(const CountedPtr& other) : CountedPtr(other.object_) {}
  CountedPtr(CountedPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <class Derived>
    requires std::is_convertible_v<Derived*, T*>
  // NOLINTNEXTLINE(google-explicit-constructor): as a pointer to a base is made.
  CountedPtr(const CountedPtr<Derived>& other) : CountedPtr(static_cast<T*>(other.get())) {}
  CountedPtr& operator=(CountedPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~CountedPtr() {
    if (object_ != nullptr && --object_->Counted::holders_ == 0) {
      delete static_cast<const Counted*>(object_);
    }
  }

  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

template <class T, class... Arguments>
CountedPtr<T> make_counted(Arguments&&... arguments) {
  return CountedPtr<T>(new T(std::forward<Arguments>(arguments)...));
}

}  // namespace gatehouse
