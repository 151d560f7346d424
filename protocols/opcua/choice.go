package opcua

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gopcua/opcua/ua"
)

// policyURI returns the name by which a server knows a policy (OPC 10000-7 §6.6).
func policyURI(name string) string { return ua.FormatSecurityPolicyURI(name) }

// mode returns how messages are protected.
func (o *EndpointOptions) mode() ua.MessageSecurityMode {
	switch {
	case !o.hasSecurity():
		return ua.MessageSecurityModeNone
	case o.Mode == "Sign":
		return ua.MessageSecurityModeSign
	default:
		return ua.MessageSecurityModeSignAndEncrypt
	}
}

// tokenType returns how the user logs in.
func (o *EndpointOptions) tokenType() ua.UserTokenType {
	switch {
	case o.User != "":
		return ua.UserTokenTypeUserName
	case o.UserCertificate != "":
		return ua.UserTokenTypeCertificate
	default:
		return ua.UserTokenTypeAnonymous
	}
}

// choose returns the server's endpoint that the options ask for.
func (o *EndpointOptions) choose(offers []*ua.EndpointDescription) (*ua.EndpointDescription, error) {
	var seen []string
	for _, e := range offers {
		if e.SecurityPolicyURI == policyURI(o.Policy) && e.SecurityMode == o.mode() {
			return e, nil
		}
		if offer := shortPolicy(e.SecurityPolicyURI) + " " + modeName(e.SecurityMode); !slices.Contains(seen, offer) {
			seen = append(seen, offer)
		}
	}
	return nil, fmt.Errorf("the server does not offer policy %s with mode %s: it offers %s",
		o.Policy, modeName(o.mode()), strings.Join(seen, ", "))
}

func shortPolicy(uri string) string { return uri[strings.LastIndexByte(uri, '#')+1:] }

func modeName(m ua.MessageSecurityMode) string {
	return strings.TrimPrefix(m.String(), "MessageSecurityMode")
}

// login is one of the ways to log in that a server offers.
type login struct {
	policyID string
	policy   string // the URI of how secrets are protected
}

// chooseLogin returns the way to log in at an endpoint that the options ask for, the best protected one.
func (o *EndpointOptions) chooseLogin(e *ua.EndpointDescription) (login, error) {
	var best *login
	for _, t := range e.UserIdentityTokens {
		if t.TokenType != o.tokenType() {
			continue
		}
		l := login{policyID: t.PolicyID, policy: t.SecurityPolicyURI}
		if l.policy == "" {
			l.policy = e.SecurityPolicyURI
		}
		if protection(l.policy) > 0 && (best == nil || protection(l.policy) > protection(best.policy)) {
			best = &l
		}
	}
	if best == nil {
		return login{}, fmt.Errorf("the server offers no way to log in %s", o.who())
	}
	if o.User != "" && best.policy == ua.SecurityPolicyURINone && o.mode() != ua.MessageSecurityModeSignAndEncrypt && !o.ClearPassword {
		return login{}, fmt.Errorf("the server wants the password in the clear: choose a policy, or allow it with clear_password=true")
	}
	return *best, nil
}

// who says in words how the user logs in.
func (o *EndpointOptions) who() string {
	switch o.tokenType() {
	case ua.UserTokenTypeUserName:
		return "with a name and a password"
	case ua.UserTokenTypeCertificate:
		return "with a certificate"
	default:
		return "anonymously: give user and password"
	}
}

// protection ranks the policies that this driver knows; 0 is for one that it does not.
func protection(uri string) int {
	order := []string{
		ua.SecurityPolicyURINone, ua.SecurityPolicyURIBasic256Sha256,
		ua.SecurityPolicyURIAes128Sha256RsaOaep, ua.SecurityPolicyURIAes256Sha256RsaPss,
	}
	return 1 + slices.Index(order, uri)
}
