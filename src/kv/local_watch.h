#pragma once

#include <memory>

#include "kv/store.h"
#include "kv/watch_buffer.h"

namespace gatehouse::kv {

// The reactor's end of a WatchBuffer.
class LocalWatch final : public Watch {
 public:
  explicit LocalWatch(std::shared_ptr<WatchBuffer> buffer) : buffer_(std::move(buffer)) {}
  LocalWatch(const LocalWatch&) = delete;
  LocalWatch& operator=(const LocalWatch&) = delete;
  ~LocalWatch() override { buffer_->close(); }

  io::Task<Result<Heard>> next(io::Deadline deadline) override;

 private:
  std::shared_ptr<WatchBuffer> buffer_;
};

}  // namespace gatehouse::kv
