#pragma once

namespace gatehouse::io {

// Something whose waits another task can end.
class Interruptible {
 public:
  // Ends the current waits with Wake::cancelled; later waits work as usual.
  virtual void interrupt() = 0;

 protected:
  ~Interruptible() = default;
};

}  // namespace gatehouse::io
