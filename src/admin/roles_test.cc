#include <map>

#include <gmock/gmock.h>

#include "admin/methods.h"
#include "admin/testing/server_test.h"

namespace gatehouse::admin {
namespace {

using control::Role;
using ::testing::AllOf;
using testing::Client;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// ------------------------------------------------------------------ who has which role

class FewAccounts final : public Accounts {
 public:
  std::optional<uid_t> user(const std::string& name) const override { return find(users_, name); }
  std::optional<gid_t> group(const std::string& name) const override { return find(groups_, name); }

 private:
  using Table = std::map<std::string, unsigned>;
  static std::optional<unsigned> find(const Table& table, const std::string& name) {
    const auto found = table.find(name);
    return found == table.end() ? std::nullopt : std::optional(found->second);
  }
  const Table users_{{"root", 0}, {"anna", 1001}, {"bert", 1002}, {"adm", 1003}};
  const Table groups_{{"adm", 4}, {"monitoring", 900}};
};

Peer peer(uid_t uid, gid_t gid = 100, std::vector<gid_t> groups = {}) {
  return {uid, gid, 1, std::move(groups), "somebody"};
}

constexpr uid_t kOwn = 999;

RolePolicy policy(const std::vector<std::string>& administrators,
                  const std::vector<std::string>& readers = {}) {
  return {kOwn, administrators, readers, FewAccounts()};
}

TEST(RolePolicy, I10_root_and_the_programs_own_user_administer_always) {
  const RolePolicy nobody(kOwn);
  EXPECT_EQ(nobody.role_of(peer(0)), Role::administrator);
  EXPECT_EQ(nobody.role_of(peer(kOwn)), Role::administrator);
  EXPECT_EQ(nobody.role_of(peer(1001)), Role::none);
  EXPECT_EQ(policy({}, {"root"}).role_of(peer(0)), Role::administrator);
}

TEST(RolePolicy, I10_users_have_the_role_that_names_them) {
  const RolePolicy some = policy({"anna"}, {"bert"});
  EXPECT_EQ(some.role_of(peer(1001)), Role::administrator);
  EXPECT_EQ(some.role_of(peer(1002)), Role::reader);
  EXPECT_EQ(some.role_of(peer(1003)), Role::none);
}

TEST(RolePolicy, I10_groups_count_whether_primary_or_supplementary) {
  const RolePolicy some = policy({"@adm"}, {"@monitoring"});
  EXPECT_EQ(some.role_of(peer(5, 4)), Role::administrator);
  EXPECT_EQ(some.role_of(peer(5, 100, {7, 4})), Role::administrator);
  EXPECT_EQ(some.role_of(peer(5, 100, {900})), Role::reader);
  EXPECT_EQ(some.role_of(peer(5, 100, {7})), Role::none);
}

TEST(RolePolicy, I10_a_user_is_not_a_group_of_that_name_nor_the_reverse) {
  EXPECT_EQ(policy({"adm"}).role_of(peer(5, 4)), Role::none);
  EXPECT_EQ(policy({"adm"}).role_of(peer(1003)), Role::administrator);
  EXPECT_EQ(policy({"@adm"}).role_of(peer(1003)), Role::none);
}

TEST(RolePolicy, the_higher_of_two_roles_holds) {
  EXPECT_EQ(policy({"anna"}, {"anna", "@adm"}).role_of(peer(1001, 4)), Role::administrator);
}

TEST(RolePolicy, I10_an_account_that_is_unknown_gives_nobody_a_role_and_is_told) {
  const RolePolicy some = policy({"anna", "carl", "@nobody-here"}, {"@", ""});
  EXPECT_THAT(some.unknown(), ElementsAre("carl", "@nobody-here", "@", ""));
  EXPECT_EQ(some.role_of(peer(1001)), Role::administrator);
  EXPECT_EQ(some.role_of(peer(5)), Role::none);
}

TEST(Accounts, numbers_need_no_account_and_the_reserved_one_is_nobodys) {
  const SystemAccounts accounts;
  EXPECT_EQ(accounts.user("0"), 0u);
  EXPECT_EQ(accounts.user("3999999999"), 3'999'999'999u);
  EXPECT_EQ(accounts.group("4000000"), 4'000'000u);
  EXPECT_EQ(accounts.user("4294967295"), std::nullopt);
  EXPECT_EQ(accounts.user("-1"), std::nullopt);
  EXPECT_EQ(accounts.user("12 "), std::nullopt);
  EXPECT_EQ(accounts.user(""), std::nullopt);
}

TEST(Accounts, root_is_known_by_name) {
  const SystemAccounts accounts;
  EXPECT_EQ(accounts.user("root"), 0u);
  EXPECT_EQ(accounts.group("root"), 0u);
  EXPECT_EQ(accounts.name_of(0), "root");
  EXPECT_EQ(accounts.name_of(3'999'999'999), "uid 3999999999");
}

TEST(Peer, is_what_the_kernel_knows_of_the_other_process) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const io::Fd ours(ends[0]);
  const io::Fd theirs(ends[1]);
  const auto peer = peer_of(ours.get());
  ASSERT_TRUE(peer) << peer.error().what;
  EXPECT_EQ(peer->uid, geteuid());
  EXPECT_EQ(peer->pid, getpid());
  EXPECT_TRUE(peer->is_in(getegid()));
  EXPECT_FALSE(peer->is_in(4'000'000'001));
  std::vector<gid_t> groups(static_cast<std::size_t>(getgroups(0, nullptr)));
  groups.resize(
      static_cast<std::size_t>(getgroups(static_cast<int>(groups.size()), groups.data())));
  for (const gid_t group : groups) EXPECT_TRUE(peer->is_in(group)) << group;
}

TEST(Peer, what_is_no_unix_socket_has_none) {
  const gatehouse::testing::MemoryFile file;
  const auto peer = peer_of(file.fd());
  ASSERT_FALSE(peer);
  EXPECT_THAT(peer.error().what, HasSubstr("does not say who"));
}

// ------------------------------------------------------------------ what the roles may do

class Roles : public testing::ServerTest {
 protected:
  static std::string any_request(const Method& method) {
    const std::string name(method.name.substr(std::string_view("gatehouse.v1.").size()));
    if (method.streams()) return watch_request();
    return request(name, R"({})");
  }
};

TEST_F(Roles, I10_the_wrong_peer_gets_403_and_a_sentence_whatever_it_asks) {
  policy(Role::none);
  for (const Method& method : methods()) {
    const std::string answer = ask(any_request(method));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 Forbidden\r\n")) << method.name;
    EXPECT_THAT(answer, AllOf(HasSubstr(R"("code":"permission_denied")"),
                              HasSubstr("has no role at this gatehouse")))
        << method.name;
  }
  EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(ask("GET /nothing HTTP/1.1\r\nHost: g\r\n\r\n"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(plane.changes, IsEmpty());
  EXPECT_EQ(plane.listening(), 0u);
}

TEST_F(Roles, I10_the_wrong_peer_is_an_event_with_user_and_process) {
  policy(Role::none);
  ask(request("SiteService/List", "{}"));
  EXPECT_THAT(log_file.text(),
              AllOf(HasSubstr("was refused at the admin socket"), HasSubstr(R"("user":"anna")"),
                    HasSubstr(R"("uid":1001)"), HasSubstr(R"("pid":4242)"),
                    HasSubstr("/gatehouse.v1.SiteService/List")));
}

TEST_F(Roles, I10_a_reader_reads_everything_and_changes_nothing) {
  policy(Role::reader);
  for (const Method& method : methods()) {
    Client client = connect();
    client.send(any_request(method));
    settle();
    const std::string answer = client.receive();
    if (method.role == Role::reader) {
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n")) << method.name;
    } else {
      EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("may read only")))
          << method.name;
    }
  }
  EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(plane.changes, IsEmpty());
  EXPECT_THAT(log_file.text(), HasSubstr("ConfigurationService/Change"));
}

TEST_F(Roles, I10_a_new_policy_holds_for_connections_that_stand) {
  Client client = connect();
  client.send(request("ConfigurationService/Reload", ""));
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 "));
  policy(Role::reader);
  client.send(request("ConfigurationService/Reload", ""));
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 403 "));
  policy(Role::administrator);
  client.send(request("ConfigurationService/Reload", ""));
  settle();
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(plane.reloads, 2);
}

TEST_F(Roles, I10_the_content_of_a_refused_request_is_no_request) {
  policy(Role::none);
  Client client = connect();
  const std::string smuggled = request("ConfigurationService/Reload", "{}");
  client.send(request("SiteService/List", smuggled));
  settle();
  const std::string answer = client.receive();
  EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos);
  EXPECT_TRUE(client.ended());
}

TEST_F(Roles, I10_peers_without_a_role_do_not_take_the_places_of_others) {
  policy(Role::none);
  std::vector<Client> strangers;
  for (std::size_t i = 0; i < kMostStrangers + 3; ++i) strangers.push_back(connect());
  EXPECT_EQ(server.connections(), kMostStrangers);
  policy(Role::administrator);
  EXPECT_THAT(call("StatusService/Get", "{}"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Roles, accounts_that_do_not_exist_are_told_of) {
  server.set_policy(RolePolicy(0, {"no-such-user-here"}, {}, SystemAccounts()));
  EXPECT_THAT(log_file.text(), HasSubstr("no-such-user-here"));
}

}  // namespace
}  // namespace gatehouse::admin
