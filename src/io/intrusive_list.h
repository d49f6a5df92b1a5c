#pragma once

#include <utility>

namespace gatehouse::io {

// A link of a doubly linked ring. `Tag` tells the links of one object apart. Unlinks itself on
// destruction; never moves.
template <class Tag>
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { unlink(); }

  bool linked() const { return next_ != this; }
  void unlink() {
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = this;
  }

 private:
  template <class, class>
  friend class IntrusiveList;

  Link* next_ = this;
  Link* previous_ = this;
};

// Does not own its members. T derives from Link<Tag>.
template <class T, class Tag>
class IntrusiveList {
 public:
  bool empty() const { return !ring_.linked(); }
  T* front() const { return empty() ? nullptr : cast(ring_.next_); }
  T* back() const { return empty() ? nullptr : cast(ring_.previous_); }
  // The member after this one, or nullptr at the end.
  T* after(const T& member) const {
    Link<Tag>* next = static_cast<const Link<Tag>&>(member).next_;
    return next == &ring_ ? nullptr : cast(next);
  }

  void push_back(T& member) {
    Link<Tag>& link = member;
    link.unlink();
    link.previous_ = ring_.previous_;
    link.next_ = &ring_;
    ring_.previous_->next_ = &link;
    ring_.previous_ = &link;
  }
  static void remove(T& member) { static_cast<Link<Tag>&>(member).unlink(); }

  // Takes over all members of another list, in order, behind our own.
  void splice_back(IntrusiveList& other) {
    if (other.empty()) return;
    Link<Tag>& theirs = other.ring_;
    ring_.previous_->next_ = theirs.next_;
    theirs.next_->previous_ = ring_.previous_;
    theirs.previous_->next_ = &ring_;
    ring_.previous_ = theirs.previous_;
    theirs.next_ = theirs.previous_ = &theirs;
  }

 private:
  static T* cast(Link<Tag>* link) { return static_cast<T*>(link); }

  mutable Link<Tag> ring_;
};

}  // namespace gatehouse::io
