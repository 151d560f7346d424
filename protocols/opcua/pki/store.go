package pki

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Store is the directory in which a person says which servers are trusted. It is read at every question, so that what
// was moved counts at once.
type Store struct{ Directory string }

// Untrusted says that a server's certificate is not in the store.
type Untrusted struct {
	Subject    string
	Thumbprint string
	Kept       string // the file that it was written to; empty where that could not be
	MoveTo     string // the directory that makes it trusted
	Cause      error  // why an authority in the store does not vouch for it
}

// Error says what was met, and what to do.
func (u *Untrusted) Error() string {
	text := fmt.Sprintf("the server's certificate %q (thumbprint %s) is not trusted", u.Subject, u.Thumbprint)
	if u.Cause != nil {
		text += ": " + u.Cause.Error()
	}
	if u.Kept == "" {
		return text + "; put it into " + u.MoveTo
	}
	return text + "; compare the thumbprint with the server's, then move " + u.Kept + " to " + u.MoveTo
}

// Unwrap returns the cause.
func (u *Untrusted) Unwrap() error { return u.Cause }

// Thumbprint returns the name by which people compare certificates: SHA-1 in hexadecimal (OPC 10000-6 §6.2.2).
func Thumbprint(der []byte) string {
	sum := sha1.Sum(der)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Check returns nil for a server's certificate that is in the store, or that an authority in the store vouches for, by
// the host it is reached at and for now. Others are kept among the rejected; the error then is *Untrusted. A certificate
// that is itself in the store is trusted whatever it says of host and time: a person has said so.
func (s Store) Check(der []byte, host string, now time.Time) error {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("read the server's certificate: %w", err)
	}
	trusted := filepath.Join(s.Directory, "trusted")
	authorities, found, err := s.trusted(trusted, certificate)
	if err != nil || found {
		return err
	}
	refused := &Untrusted{
		Subject: certificate.Subject.String(), Thumbprint: Thumbprint(der), MoveTo: trusted + string(filepath.Separator),
	}
	if authorities != nil {
		_, refused.Cause = certificate.Verify(x509.VerifyOptions{
			Roots: authorities, CurrentTime: now, DNSName: host, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		if refused.Cause == nil {
			return nil
		}
	}
	refused.Kept = s.keep(certificate)
	return refused
}

// trusted looks for a certificate in a directory, and collects the authorities there; nil where there are none.
func (s Store) trusted(directory string, wanted *x509.Certificate) (authorities *x509.CertPool, found bool, err error) {
	files, err := os.ReadDir(directory)
	if os.IsNotExist(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the trusted certificates: %w", err)
	}
	for _, f := range files {
		certificate, err := readCertificate(filepath.Join(directory, f.Name()))
		switch {
		case err != nil: // a file that is none of ours
		case certificate.Equal(wanted):
			return nil, true, nil
		case certificate.IsCA:
			if authorities == nil {
				authorities = x509.NewCertPool()
			}
			authorities.AddCert(certificate)
		}
	}
	return authorities, false, nil
}

// maxRejected bounds what strangers can have kept.
const maxRejected = 100

// keep writes a certificate to the rejected ones and returns the file, or nothing where that cannot be.
func (s Store) keep(certificate *x509.Certificate) string {
	directory := filepath.Join(s.Directory, "rejected")
	path := filepath.Join(directory, Thumbprint(certificate.Raw)+".pem")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	for _, d := range []string{directory, filepath.Join(s.Directory, "trusted")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return ""
		}
	}
	if files, err := os.ReadDir(directory); err != nil || len(files) >= maxRejected {
		return ""
	}
	if err := write(path, pemCertificate, certificate.Raw); err != nil {
		return ""
	}
	return path
}
