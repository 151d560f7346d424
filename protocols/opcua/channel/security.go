package channel

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/gopcua/opcua/ua"
	"github.com/gopcua/opcua/uapolicy"
)

// Security is how a channel is protected. For mode None everything else is empty.
type Security struct {
	Policy      string // the URI of the security policy
	Mode        ua.MessageSecurityMode
	Certificate []byte          // this end's, DER
	Key         *rsa.PrivateKey // to Certificate
	Remote      []byte          // the server's certificate, DER, which is trusted

	remoteKey *rsa.PublicKey
}

// Insecure is the security of a channel without any.
func Insecure() Security {
	return Security{Policy: ua.SecurityPolicyURINone, Mode: ua.MessageSecurityModeNone}
}

// ready finds the server's key.
func (s Security) ready() (Security, error) {
	if s.Mode == ua.MessageSecurityModeNone {
		return s, nil
	}
	if s.Key == nil {
		return s, errors.New("a secure channel needs a private key")
	}
	var err error
	s.remoteKey, err = PublicKey(s.Remote)
	return s, err
}

// PublicKey returns the key of a certificate, which must be of RSA as all policies here want it.
func PublicKey(der []byte) (*rsa.PublicKey, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the server's certificate: %w", err)
	}
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("the key of the server's certificate is not of RSA")
	}
	return key, nil
}

// Leaf returns the first certificate of what may be a chain of them.
func Leaf(der []byte) []byte {
	chain, err := x509.ParseCertificates(der)
	if err != nil || len(chain) == 0 {
		return der
	}
	return chain[0].Raw
}

// appendSecurityHeader appends what OPN frames say of their keys (§6.7.2.3).
func (s Security) appendSecurityHeader(dst []byte) []byte {
	dst = appendBytes(dst, []byte(s.Policy))
	if s.Mode == ua.MessageSecurityModeNone {
		return appendBytes(appendBytes(dst, nil), nil)
	}
	dst = appendBytes(dst, s.Certificate)
	return appendBytes(dst, uapolicy.Thumbprint(s.Remote))
}

// check refuses an OPN frame of another policy or from another server, and returns what follows its security header.
func (s Security) check(c *cursor) error {
	policy, sender := c.bytes(), c.bytes()
	c.bytes() // the thumbprint of our certificate, which the decryption proves
	switch {
	case c.short:
		return fmt.Errorf("%w: a security header that ends too soon", errFrame)
	case string(policy) != s.Policy:
		return fmt.Errorf("%w: it answers with the security policy %q", errSeal, policy)
	case s.Mode != ua.MessageSecurityModeNone && !bytes.Equal(Leaf(sender), s.Remote):
		return fmt.Errorf("%w: it answers with another certificate than the trusted one", errSeal)
	}
	return nil
}
