package client

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// errOtherCertificate says that a pinned node shows another certificate.
var errOtherCertificate = errors.New("the node's certificate is not the pinned one")

// tls returns how a node's certificate is judged.
func (o Options) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		roots, err := authorities(o.CA)
		if err != nil {
			return nil, err
		}
		c.RootCAs = roots
	}
	if o.Fingerprint != "" {
		pinned, err := fingerprint(o.Fingerprint)
		if err != nil {
			return nil, err
		}
		c.InsecureSkipVerify = true // the pin says more than any authority
		c.VerifyConnection = func(s tls.ConnectionState) error { return compare(s, pinned) }
	}
	return c, nil
}

// authorities are those of the system and of a file.
func authorities(file string) (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the authorities: %w", err)
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the authorities: %s has no certificate in PEM", file)
	}
	return roots, nil
}

// fingerprint reads a SHA-256 in hexadecimal, with colons between the octets or
// without.
func fingerprint(text string) ([]byte, error) {
	sum, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil || len(sum) != sha256.Size {
		return nil, errors.New("read the fingerprint: want the SHA-256 of the node's certificate: 64 hexadecimal digits, " +
			"as openssl x509 -noout -fingerprint -sha256 prints it")
	}
	return sum, nil
}

func compare(s tls.ConnectionState, pinned []byte) error {
	sum := sha256.Sum256(s.PeerCertificates[0].Raw)
	if subtle.ConstantTimeCompare(sum[:], pinned) != 1 {
		return fmt.Errorf("%w: it has SHA-256 %x", errOtherCertificate, sum)
	}
	return nil
}
