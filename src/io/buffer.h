#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::io {

// The buffers of one thread. Two sizes: `small` holds what most heads need, `large` relays bodies
// and holds the largest head that is allowed. Idle connections hold none.
class BufferPool {
 public:
  static constexpr std::size_t kSmall = 4096;
  // Two full TLS records, room before them for a head and behind them for the end of a chunk.
  static constexpr std::size_t kHeadroom = 2048;
  static constexpr std::size_t kRelay = 32768;
  static constexpr std::size_t kTailroom = 64;
  static constexpr std::size_t kLarge = kHeadroom + kRelay + kTailroom;

  enum class Size : unsigned char { small, large };
  static std::size_t capacity(Size size) { return size == Size::small ? kSmall : kLarge; }

  char* take(Size size);
  void give_back(char* buffer, Size size);

 private:
  static constexpr std::size_t kMostIdle = 64;
  using Idle = std::vector<std::unique_ptr<char[]>>;

  Idle& idle(Size size) { return size == Size::small ? small_ : large_; }

  Idle small_;
  Idle large_;
};

// Owns at most one buffer of a pool and knows which part of it holds data.
class Lease {
 public:
  explicit Lease(BufferPool& pool) : pool_(&pool) {}
  Lease(Lease&& other) noexcept
      : pool_(other.pool_),
        buffer_(std::exchange(other.buffer_, nullptr)),
        size_(other.size_),
        begin_(std::exchange(other.begin_, 0)),
        end_(std::exchange(other.end_, 0)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      drop();
      pool_ = other.pool_;
      buffer_ = std::exchange(other.buffer_, nullptr);
      size_ = other.size_;
      begin_ = std::exchange(other.begin_, 0);
      end_ = std::exchange(other.end_, 0);
    }
    return *this;
  }
  ~Lease() { drop(); }

  // Takes an empty buffer if there is none, its data starting behind `headroom`.
  void take(BufferPool::Size size, std::size_t headroom = 0) {
    if (buffer_ == nullptr) {
      buffer_ = pool_->take(size);
      size_ = size;
      begin_ = end_ = headroom;
    }
  }
  // Gives the buffer back, with whatever it holds.
  void drop() {
    if (buffer_ != nullptr) pool_->give_back(buffer_, size_);
    buffer_ = nullptr;
    begin_ = end_ = 0;
  }
  void drop_if_empty() {
    if (empty()) drop();
  }
  // Moves the data to the start of a large buffer.
  void grow() {
    Lease larger(*pool_);
    larger.take(BufferPool::Size::large);
    if (!empty()) std::memcpy(larger.buffer_, data(), size());
    larger.end_ = size();
    *this = std::move(larger);
  }

  bool held() const { return buffer_ != nullptr; }
  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  std::size_t capacity() const { return buffer_ == nullptr ? 0 : BufferPool::capacity(size_); }
  bool is_large() const { return buffer_ != nullptr && size_ == BufferPool::Size::large; }

  char* data() { return buffer_ + begin_; }
  std::span<char> span() { return {data(), size()}; }
  std::string_view text() const { return {buffer_ + begin_, size()}; }
  // Room before and behind the data.
  std::size_t headroom() const { return begin_; }
  std::span<char> room() { return {buffer_ + end_, capacity() - end_}; }

  // Marks bytes of room() as data.
  void added(std::size_t bytes) { end_ += bytes; }
  // Takes bytes from the start of the data.
  void consume(std::size_t bytes) { begin_ += bytes; }
  // Extends the data into the headroom.
  char* prepend(std::size_t bytes) { return buffer_ + (begin_ -= bytes); }
  void resize(std::size_t bytes) { end_ = begin_ + bytes; }
  // Makes `part` of the data all of it.
  void keep(std::span<const char> part) {
    begin_ = static_cast<std::size_t>(part.data() - buffer_);
    end_ = begin_ + part.size();
  }
  // Copies behind the data; the caller has checked room().
  void append(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(buffer_ + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  // Empties it; in a buffer that is held, data starts behind `headroom` again.
  void clear(std::size_t headroom = 0) { begin_ = end_ = held() ? headroom : 0; }
  // Moves the data down, so that room() is as large as can be behind this headroom.
  void compact(std::size_t headroom = 0) {
    if (begin_ <= headroom) return;
    std::memmove(buffer_ + headroom, buffer_ + begin_, size());
    end_ -= begin_ - headroom;
    begin_ = headroom;
  }

 private:
  BufferPool* pool_;
  char* buffer_ = nullptr;
  BufferPool::Size size_ = BufferPool::Size::small;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gatehouse::io
