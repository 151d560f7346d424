package opcua

import (
	"strings"
	"testing"

	"github.com/gopcua/opcua/ua"
)

func offer(policy string, mode ua.MessageSecurityMode, logins ...*ua.UserTokenPolicy) *ua.EndpointDescription {
	return &ua.EndpointDescription{SecurityPolicyURI: policyURI(policy), SecurityMode: mode, UserIdentityTokens: logins}
}

func TestTheEndpointThatIsAskedForIsChosenAndNoOther(t *testing.T) {
	offers := []*ua.EndpointDescription{
		offer("None", ua.MessageSecurityModeNone), offer("Basic256Sha256", ua.MessageSecurityModeSign),
		offer("Basic256Sha256", ua.MessageSecurityModeSignAndEncrypt), offer("Aes128_Sha256_RsaOaep", ua.MessageSecurityModeSign),
	}
	for want, o := range []EndpointOptions{
		{Policy: "None"}, {Policy: "Basic256Sha256", Mode: "Sign"}, {Policy: "Basic256Sha256"}, {Policy: "Aes128_Sha256_RsaOaep", Mode: "Sign"},
	} {
		if got, err := o.choose(offers); err != nil || got != offers[want] {
			t.Errorf("%+v: %v", o, err)
		}
	}
	o := EndpointOptions{Policy: "Aes256_Sha256_RsaPss"}
	_, err := o.choose(append(offers, offers...))
	want := "the server does not offer policy Aes256_Sha256_RsaPss with mode SignAndEncrypt: it offers None None, Basic256Sha256 Sign, " +
		"Basic256Sha256 SignAndEncrypt, Aes128_Sha256_RsaOaep Sign"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestTheBestProtectedWayToLogInIsChosen(t *testing.T) {
	name := func(id, policy string) *ua.UserTokenPolicy {
		return &ua.UserTokenPolicy{PolicyID: id, TokenType: ua.UserTokenTypeUserName, SecurityPolicyURI: policyURI(policy)}
	}
	unnamed := &ua.UserTokenPolicy{PolicyID: "as the endpoint", TokenType: ua.UserTokenTypeUserName}
	unknown := &ua.UserTokenPolicy{PolicyID: "unknown", TokenType: ua.UserTokenTypeUserName, SecurityPolicyURI: "urn:new"}
	anonymous := &ua.UserTokenPolicy{PolicyID: "anonymous", TokenType: ua.UserTokenTypeAnonymous}
	user, nobody := EndpointOptions{Policy: "None", User: "anna"}, EndpointOptions{Policy: "None"}
	encrypted := EndpointOptions{Policy: "Basic256Sha256", User: "anna"}
	clearly := EndpointOptions{Policy: "None", User: "anna", ClearPassword: true}
	for _, c := range []struct {
		name string
		o    EndpointOptions
		at   *ua.EndpointDescription
		want string // the way, or a part of the error
	}{
		{"the best", user, offer("None", 1, anonymous, name("clear", "None"), name("good", "Basic256Sha256"), name("best", "Aes256_Sha256_RsaPss")), "best"},
		{"a policy that nobody knows", user, offer("None", 1, unknown, name("good", "Basic256Sha256")), "good"},
		{"nobody", nobody, offer("None", 1, name("clear", "None"), anonymous), "anonymous"},
		{"nobody is not let in", nobody, offer("None", 1, name("clear", "None")), "anonymously: give user and password"},
		{"in the clear", user, offer("None", 1, unnamed), "in the clear: choose a policy"},
		{"in the clear, as allowed", clearly, offer("None", 1, unnamed), "as the endpoint"},
		{"as the endpoint", encrypted, offer("Basic256Sha256", 3, unnamed), "as the endpoint"},
		{"in the clear, inside of what is encrypted", encrypted, offer("Basic256Sha256", 3, name("clear", "None")), "clear"},
		{"no certificates", EndpointOptions{UserCertificate: "x"}, offer("None", 1, unnamed), "with a certificate"},
	} {
		got, err := c.o.chooseLogin(c.at)
		if err == nil && got.policyID != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %+v, %v, want %q", c.name, got, err, c.want)
		}
	}
}
