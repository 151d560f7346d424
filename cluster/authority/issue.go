package authority

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
)

// skew is by how much clocks may differ.
const skew = 10 * time.Minute

// ErrRequest says that octets are no certificate request that holds.
var ErrRequest = errors.New("no certificate request that holds")

// ReadRequest returns the public key that a certificate request (PKCS #10, DER) asks for and has proven to have. What
// else it says of itself is not believed.
func ReadRequest(octets []byte) (crypto.PublicKey, error) {
	request, err := x509.ParseCertificateRequest(octets)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if err := request.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	return request.PublicKey, nil
}

// Issue returns a certificate for the holder of a key. A site's is of the newest CA. A member's is of the oldest that is
// trusted, since sites that have not renewed since a rotation know no other.
func (a *Authority) Issue(key crypto.PublicKey, role link.Role, name string, now time.Time, life time.Duration) (*x509.Certificate, error) {
	if err := link.CheckName(name); err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-skew), NotAfter: now.Add(life),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	template.URIs = append(template.URIs, link.Identity(role, name))
	if role == link.MemberRole {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		template.DNSNames = []string{link.ServerName, "localhost"}
	}
	a.mu.RLock()
	signing := a.cas[0]
	if role == link.MemberRole {
		signing = a.cas[len(a.cas)-1]
	}
	a.mu.RUnlock()
	octets, err := x509.CreateCertificate(rand.Reader, template, signing.cert, key, signing.key)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate for %s %s: %w", role, name, err)
	}
	return x509.ParseCertificate(octets)
}

// Member returns a certificate for a member that starts, with a key of its own and the CAs behind it, so that a node
// that joins can compare their fingerprint. names are what its API is called beside ServerName.
func (a *Authority) Member(name string, now time.Time, life time.Duration) (*tls.Certificate, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	leaf, err := a.Issue(&key.PublicKey, link.MemberRole, name, now, life)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: append([][]byte{leaf.Raw}, a.Roots()...), PrivateKey: key, Leaf: leaf}, nil
}

// Verify tells whose certificate it is, if a CA of the cloud has issued it. With a grace it may have expired by so much.
func (a *Authority) Verify(leaf *x509.Certificate, now time.Time, grace time.Duration) (link.Role, string, error) {
	at := now
	if now.After(leaf.NotAfter) {
		if now.After(leaf.NotAfter.Add(grace)) {
			return "", "", fmt.Errorf("the certificate has expired at %s: %w", leaf.NotAfter.UTC().Format(time.RFC3339), ErrExpired)
		}
		at = leaf.NotAfter
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: a.Pool(), CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return link.Holder(leaf)
}

// Why a certificate is not taken.
var (
	ErrExpired = errors.New("renew it, or join again with a new token")
	ErrForeign = errors.New("the certificate is not of this cloud")
)
