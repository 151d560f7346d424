package link

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// ServerName is what a member's certificate is for, wherever the member listens: a node trusts the cloud's CA and
// nobody else, so addresses need not be in certificates.
const ServerName = "cloud.holdfast.internal"

// Role is what a certificate makes of its holder.
type Role string

// The roles.
const (
	SiteRole   Role = "site"
	MemberRole Role = "member"
)

// ErrNoIdentity says that a certificate names nobody of this cloud.
var ErrNoIdentity = errors.New("the certificate names neither a site nor a member")

// Identity returns the URI that stands for a holder in its certificate.
func Identity(role Role, name string) *url.URL {
	return &url.URL{Scheme: "holdfast", Host: string(role), Path: "/" + name}
}

// Holder returns whose certificate it is. Whether it can be believed is for its verification to say.
func Holder(c *x509.Certificate) (Role, string, error) {
	for _, uri := range c.URIs {
		name := strings.TrimPrefix(uri.Path, "/")
		role := Role(uri.Host)
		if uri.Scheme == "holdfast" && (role == SiteRole || role == MemberRole) && CheckName(name) == nil {
			return role, name, nil
		}
	}
	return "", "", ErrNoIdentity
}

// CheckName says what is wrong with the name of a site or a member. It is part of keys, files and addresses.
func CheckName(name string) error {
	if !regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$`).MatchString(name) {
		return fmt.Errorf("%q is no name: 1 to 63 letters, digits, dots, hyphens and underscores, a letter or digit first", Cut(name))
	}
	return nil
}

// CheckVersion says what is wrong with the version of a program.
func CheckVersion(version string) error {
	if !regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._+~-]{0,62}$`).MatchString(version) {
		return fmt.Errorf("%q is no version: 1 to 63 letters, digits and . _ + ~ -", Cut(version))
	}
	return nil
}
