package enrol

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// maxAddresses bounds how many members a node remembers.
const maxAddresses = 16

// ErrCloud says that whoever answers is not the cloud that the token is of.
var ErrCloud = errors.New("who answers there is not the cloud that made this token")

// Join makes a key, and has the cloud at an address sign it for a token. The token's secret is told to nobody but the
// cloud whose fingerprint it carries.
func Join(ctx context.Context, address, token, version string, dialer link.Dialer) (Credentials, error) {
	t, err := link.ParseToken(token)
	if err != nil {
		return Credentials{}, err
	}
	pkcs8, request, err := newRequest()
	if err != nil {
		return Credentials{}, fmt.Errorf("make a key: %w", err)
	}
	client, err := link.Dial(address, stranger(t.Fingerprint), dialer)
	if err != nil {
		return Credentials{}, err
	}
	defer client.Close()
	w, err := client.Join(ctx, &wire.JoinRequest{Token: t.String(), Request: request, Version: version})
	if err != nil {
		return Credentials{}, fmt.Errorf("join the cloud at %s: %w", address, err)
	}
	return given(w, pkcs8, []string{address}), nil
}

// stranger is TLS to a cloud of which nothing is known but the fingerprint of its CA.
func stranger(fingerprint [sha256.Size]byte) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: link.ServerName,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies, against the fingerprint
		VerifyConnection: func(s tls.ConnectionState) error {
			roots := x509.NewCertPool()
			for _, c := range s.PeerCertificates {
				if sum := sha256.Sum256(c.Raw); bytes.Equal(sum[:], fingerprint[:]) {
					roots.AddCert(c)
				}
			}
			if len(s.PeerCertificates) == 0 {
				return ErrCloud
			}
			// A node that was just unpacked may have no clock: the member's certificate is judged by its own time.
			leaf := s.PeerCertificates[0]
			_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: link.ServerName, CurrentTime: leaf.NotBefore})
			if err != nil {
				return errors.Join(ErrCloud, err)
			}
			return nil
		},
	}
}

// Due tells whether the certificate is to be renewed.
func (c Credentials) Due(now time.Time) bool { return now.After(c.RenewAfter) }

// Renew has the cloud sign a new key. The certificate that it replaces may have expired.
func (c Credentials) Renew(ctx context.Context, address string, now func() time.Time, dialer link.Dialer) (Credentials, error) {
	old, err := c.key()
	if err != nil {
		return c, err
	}
	pkcs8, request, err := newRequest()
	if err != nil {
		return c, fmt.Errorf("make a key: %w", err)
	}
	proof, err := link.Prove(old, request)
	if err != nil {
		return c, fmt.Errorf("prove the key: %w", err)
	}
	security, err := c.anonymous(now)
	if err != nil {
		return c, err
	}
	if dialer, err = c.Through(dialer); err != nil {
		return c, err
	}
	client, err := link.Dial(address, security, dialer)
	if err != nil {
		return c, err
	}
	defer client.Close()
	w, err := client.Renew(ctx, &wire.RenewRequest{Request: request, Certificate: c.Certificate, Proof: proof})
	if err != nil {
		return c, fmt.Errorf("renew the certificate at %s: %w", address, err)
	}
	fresh := given(w, pkcs8, c.Addresses)
	fresh.Proxy = c.Proxy
	return fresh, nil
}

// WithAddresses returns the credentials with what the cloud says of where its members are; the address that was joined
// stays the last resort.
func (c Credentials) WithAddresses(members []string) Credentials {
	c.Addresses = merge(c.Addresses, members)
	return c
}

// merge puts the members first and keeps the one that was joined.
func merge(known, members []string) []string {
	list := slices.Clone(members[:min(len(members), maxAddresses)])
	if len(known) > 0 && !slices.Contains(list, known[len(known)-1]) {
		list = append(list, known[len(known)-1])
	}
	return list
}
