#include "tenancy/access.hpp"

#include "expect_error.hpp"
#include "tenancy/explanation.hpp"
#include "tenancy/invitation.hpp"

namespace lad::tenancy {
namespace {

using Kind = Actor::Kind;
using test::code_of;

const Actor kService{Kind::service};
const Actor kMachine{Kind::machine};
const Actor kStranger{Kind::person, std::nullopt};
const Actor kViewer{Kind::person, Role::viewer};
const Actor kMember{Kind::person, Role::member};
const Actor kAdmin{Kind::person, Role::admin};
const Actor kOwner{Kind::person, Role::owner};

TEST(Roles, AreReadAndOrdered) {
  for (const char* const name : {"viewer", "member", "admin", "owner"}) {
    EXPECT_EQ(to_string(parse_role(name)), name);
  }
  EXPECT_EQ(code_of([] { parse_role("Owner"); }), "invalid_argument");
  EXPECT_TRUE(has_role(kAdmin, Role::member));
  EXPECT_FALSE(has_role(kMember, Role::admin));
  EXPECT_FALSE(has_role(kMachine, Role::viewer));
  EXPECT_FALSE(has_role(kStranger, Role::viewer));
  EXPECT_TRUE(has_role(kService, Role::owner));
}

TEST(Writing, IsForAllButViewersAndStrangers) {
  for (const Actor& actor : {kService, kMachine, kMember, kAdmin, kOwner}) {
    EXPECT_TRUE(can_write(actor));
  }
  EXPECT_FALSE(can_write(kViewer));
  EXPECT_FALSE(can_write(kStranger));
}

TEST(Capabilities, ComeFromTheRoleOrAGrant) {
  const std::vector<Capability> all{{"make_calls", std::nullopt}};
  const std::vector<Capability> scoped{{"make_calls", "voice-agent"}};
  EXPECT_TRUE(has_capability(kOwner, {}, kBillingAdmin, std::nullopt));
  EXPECT_TRUE(has_capability(kAdmin, {}, "manage_team", std::nullopt));
  EXPECT_FALSE(has_capability(kAdmin, {}, kBillingAdmin, std::nullopt));
  EXPECT_TRUE(
      has_capability(kAdmin, {{"billing.admin", std::nullopt}}, kBillingAdmin, std::nullopt));
  EXPECT_TRUE(has_capability(kMember, all, "make_calls", "voice-agent"));
  EXPECT_TRUE(has_capability(kMember, scoped, "make_calls", "voice-agent"));
  EXPECT_FALSE(has_capability(kMember, scoped, "make_calls", "campaigns"));
  EXPECT_FALSE(has_capability(kMember, scoped, "make_calls", std::nullopt));
  EXPECT_FALSE(has_capability(kStranger, all, "make_calls", std::nullopt));
  EXPECT_FALSE(has_capability(kMachine, all, "make_calls", std::nullopt));
}

TEST(Features, FollowTheSwitchThenThePlan) {
  EXPECT_FALSE(is_on({std::nullopt, std::nullopt}));
  EXPECT_TRUE(is_on({true, std::nullopt}));
  EXPECT_TRUE(is_on({std::nullopt, true}));
  EXPECT_FALSE(is_on({true, false}));
  EXPECT_FALSE(is_on({false, true}));
}

std::string change(const Actor& actor, std::optional<Role> from, std::optional<Role> to,
                   bool is_oneself = false) {
  return code_of([&] { require_may_change_member(actor, from, to, is_oneself); });
}

TEST(Members, AreChangedByStrongerOnesOnly) {
  EXPECT_EQ(change(kAdmin, Role::member, Role::viewer), "no error");
  EXPECT_EQ(change(kAdmin, std::nullopt, Role::admin), "no error");
  EXPECT_EQ(change(kAdmin, Role::admin, Role::viewer), "privilege");
  EXPECT_EQ(change(kAdmin, Role::member, Role::owner), "privilege");
  EXPECT_EQ(change(kOwner, Role::admin, Role::owner), "no error");
  EXPECT_EQ(change(kOwner, Role::admin, std::nullopt), "no error");
  EXPECT_EQ(change(kService, std::nullopt, Role::owner), "no error");
  for (const Actor& actor : {kMember, kViewer, kMachine, kStranger}) {
    EXPECT_EQ(change(actor, Role::viewer, Role::member), "privilege");
  }
}

TEST(Members, LeaveButNeverTheOwner) {
  EXPECT_EQ(change(kViewer, Role::viewer, std::nullopt, true), "no error");
  EXPECT_EQ(change(kAdmin, Role::admin, std::nullopt, true), "no error");
  EXPECT_EQ(change(kStranger, std::nullopt, std::nullopt, true), "privilege");
  EXPECT_EQ(change(kOwner, Role::owner, std::nullopt, true), "privilege");
  EXPECT_EQ(change(kOwner, Role::owner, Role::admin, true), "privilege");
  EXPECT_EQ(change(kService, Role::owner, std::nullopt), "privilege");
  EXPECT_EQ(change(kService, Role::owner, Role::viewer), "privilege");
  EXPECT_EQ(change(kAdmin, Role::admin, Role::owner, true), "privilege");
  EXPECT_EQ(change(kMember, Role::member, Role::admin, true), "privilege");
}

TEST(Grants, GoNoFurtherThanOnesOwnRights) {
  const auto grant = [](const Actor& actor, std::vector<Capability> own, std::string_view key,
                        std::optional<std::string> feature = std::nullopt) {
    return code_of([&] { require_may_grant(actor, own, key, feature); });
  };
  EXPECT_EQ(grant(kOwner, {}, "billing.admin"), "no error");
  EXPECT_EQ(grant(kAdmin, {}, "make_calls"), "no error");
  EXPECT_EQ(grant(kAdmin, {}, "billing.admin"), "privilege");
  EXPECT_EQ(grant(kAdmin, {{"billing.admin", "billing"}}, "billing.admin"), "privilege");
  EXPECT_EQ(grant(kAdmin, {{"billing.admin", "billing"}}, "billing.admin", "billing"), "no error");
  EXPECT_EQ(grant(kMember, {{"make_calls", std::nullopt}}, "make_calls"), "privilege");
  EXPECT_EQ(grant(kMachine, {}, "make_calls"), "privilege");
  EXPECT_EQ(grant(kService, {}, "billing.admin"), "no error");
}

TEST(Grants, OfFeaturesAndInvitations) {
  const auto set = [](const Actor& actor, bool on) {
    return code_of([&] { require_may_set_feature(actor, on); });
  };
  EXPECT_EQ(set(kService, true), "no error");
  EXPECT_EQ(set(kOwner, false), "no error");
  EXPECT_EQ(set(kOwner, true), "privilege");
  EXPECT_EQ(set(kAdmin, false), "privilege");
  const auto invite = [](const Actor& actor, Role role) {
    return code_of([&] { require_may_invite(actor, role); });
  };
  EXPECT_EQ(invite(kAdmin, Role::admin), "no error");
  EXPECT_EQ(invite(kOwner, Role::owner), "privilege");
  for (const Actor& actor : {kMember, kViewer, kMachine, kService}) {
    EXPECT_EQ(invite(actor, Role::viewer), "privilege");
  }
}

TEST(Keys, HaveTheirForm) {
  for (const char* const good : {"billing.admin", "make_calls", "a-b", "x"}) {
    EXPECT_EQ(code_of([&] { require_capability_key(good); }), "no error") << good;
  }
  for (const char* const bad : {"", "A", "a b", "é"}) {
    EXPECT_EQ(code_of([&] { require_capability_key(bad); }), "invalid_argument") << bad;
  }
  EXPECT_EQ(code_of([] { require_capability_key(std::string(101, 'a')); }), "invalid_argument");
  EXPECT_EQ(code_of([] { require_feature_key("voice-agent"); }), "no error");
  for (const char* const bad : {"", "-a", "a-", "a--b", "A", "a_b"}) {
    EXPECT_EQ(code_of([&] { require_feature_key(bad); }), "invalid_argument") << bad;
  }
}

TEST(Invitations, NameTheirTenantAndHideTheirSecret) {
  Uuid tenant;
  tenant.bytes[3] = 7;
  std::array<std::uint8_t, 32> secret{};
  secret[31] = 9;
  const std::string token = encode_invitation(tenant, secret);
  EXPECT_EQ(token.size(), 64U);
  EXPECT_EQ(tenant_of_invitation(token), tenant);
  EXPECT_EQ(tenant_of_invitation(token + "A"), std::nullopt);
  EXPECT_EQ(tenant_of_invitation(""), std::nullopt);
  EXPECT_EQ(hash_invitation(token), hash_invitation(token));
  secret[31] = 8;
  EXPECT_NE(hash_invitation(token), hash_invitation(encode_invitation(tenant, secret)));
}

TEST(Explanations, SayWhatTheRulesSay) {
  const std::vector<Capability> granted{{"make_calls", "voice-agent"}, {"own_thing", std::nullopt}};
  for (const Actor& actor : {kStranger, kViewer, kMember, kAdmin, kOwner}) {
    for (const std::string& key : capabilities_to_explain(granted)) {
      const bool somewhere = has_capability(actor, granted, key, std::nullopt) ||
                             has_capability(actor, granted, key, "voice-agent");
      EXPECT_EQ(explain_capability(actor, granted, key).allowed, somewhere) << key;
    }
    EXPECT_EQ(explain_writing(actor).allowed, can_write(actor));
  }
  EXPECT_EQ(explain_capability(kMember, granted, "make_calls").reason,
            "granted within the feature voice-agent only");
  EXPECT_EQ(explain_feature({false, true}).reason, "switched off for the tenant");
  EXPECT_FALSE(explain_line(kMember, false).allowed);
  EXPECT_TRUE(explain_line(kOwner, false).allowed);
}

}  // namespace
}  // namespace lad::tenancy
