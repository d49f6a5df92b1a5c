#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "edge/route/upstream_set.h"
#include "edge/upstream/upstream_group.h"
#include "io/reactor.h"
#include "io/resolver.h"

namespace gatehouse::edge {

// The groups of one thread, made when a request first needs them. A group lives as long as
// somebody's snapshot has its set or an equal one; the connections that wait in it are kept for
// their usual time, so that a set which returns, or whose equal is asked for soon, finds them.
class UpstreamGroups {
 public:
  UpstreamGroups(io::Reactor& reactor, io::Resolver& resolver);
  UpstreamGroups(const UpstreamGroups&) = delete;
  UpstreamGroups& operator=(const UpstreamGroups&) = delete;
  ~UpstreamGroups();

  // Stands as long as the caller holds the set. Takes no lock and changes no shared counter.
  UpstreamGroup& of(const std::shared_ptr<const UpstreamSet>& set);
  // From now on sets disappear: begins to look for those that have, a part of them at a time.
  void begin_to_forget();

  // Ends the connections that live without an exchange (HTTP/2): before it is destroyed, when
  // nobody is served any more.
  io::Task<void> close();

  std::size_t size() const { return groups_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const UpstreamSet& set) const;
  };
  struct Kept {
    UpstreamGroup group;
    std::size_t sets = 0;  // in known_
  };
  using Groups = std::unordered_map<UpstreamSet, Kept, Hash>;
  // The set of one snapshot, and its group. The pointer tells that an address is used anew.
  struct Known {
    std::weak_ptr<const UpstreamSet> set;
    Groups::value_type* group;
  };
  using Sets = std::unordered_map<const UpstreamSet*, Known>;

  class Sweep final : public io::Timer {
   public:
    explicit Sweep(UpstreamGroups& groups) : groups_(groups) {}
    ~Sweep() = default;

   private:
    void expired() override { groups_.sweep_some(); }
    UpstreamGroups& groups_;
  };

  UpstreamGroup& adopt(const std::shared_ptr<const UpstreamSet>& set);
  void add_members(UpstreamGroup& group, const UpstreamSet& set);
  void sweep_some();
  void forget(const UpstreamSet* set);
  void forget_orphans();

  io::Reactor& reactor_;
  io::Resolver& resolver_;
  Sets known_;
  Groups groups_;
  std::vector<Groups::value_type*> orphans_;  // no set is left, but connections that wait
  Sweep sweep_{*this};
  std::size_t next_bucket_ = 0;
  bool closing_ = false;  // groups stay as they are from here on
};

}  // namespace gatehouse::edge
