package authority

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const retired = ".retired"

func load(dir string) (cas []ca, signers []ed25519.PrivateKey, last int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, e := range entries {
		var n int
		for _, pattern := range []string{"authority-%d.", "signer-%d."} {
			if _, err := fmt.Sscanf(e.Name(), pattern, &n); err == nil {
				last = max(last, n)
			}
		}
	}
	for n := last; n > 0; n-- {
		c, err := loadCA(dir, n)
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			return nil, nil, 0, err
		}
		key, err := loadSigner(dir, n)
		if err != nil {
			return nil, nil, 0, err
		}
		cas, signers = append(cas, c), append(signers, key)
	}
	slices.SortFunc(cas, func(a, b ca) int { return cmp.Compare(b.number, a.number) })
	return cas, signers, last, nil
}

func loadCA(dir string, n int) (ca, error) {
	certificate, err := readPEM(file(dir, "authority", n, "crt"))
	if err != nil {
		return ca{}, err
	}
	cert, err := x509.ParseCertificate(certificate)
	if err != nil {
		return ca{}, err
	}
	octets, err := readPEM(file(dir, "authority", n, "key"))
	if err != nil {
		return ca{}, fmt.Errorf("the key of CA %d is missing: %w", n, errors.Join(errHalf, err))
	}
	key, err := x509.ParsePKCS8PrivateKey(octets)
	if err != nil {
		return ca{}, err
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return ca{}, fmt.Errorf("the key of CA %d is a %T", n, key)
	}
	return ca{number: n, cert: cert, key: private}, nil
}

// errHalf keeps a missing key from being taken for a missing CA.
var errHalf = errors.New("only half of a CA is there")

func loadSigner(dir string, n int) (ed25519.PrivateKey, error) {
	octets, err := readPEM(file(dir, "signer", n, "key"))
	if err != nil {
		return nil, fmt.Errorf("read signer %d: %w", n, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(octets)
	if err != nil {
		return nil, err
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signer %d is a %T", n, key)
	}
	return private, nil
}

func file(dir, name string, n int, extension string) string {
	return filepath.Join(dir, fmt.Sprintf("%s-%d.%s", name, n, extension))
}

func readPEM(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", name)
	}
	return block.Bytes, nil
}

// create makes a CA and a signer. The certificate comes last: without it the rest is not looked at.
func create(dir string, n int, now time.Time) error {
	_, signer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	key, err := newKey()
	if err != nil {
		return err
	}
	serial, err := newSerial()
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: fmt.Sprintf("Holdfast cloud CA %d", n)},
		NotBefore: now.Add(-skew), NotAfter: now.Add(life),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	for _, write := range []error{
		writeKey(file(dir, "signer", n, "key"), signer),
		writeKey(file(dir, "authority", n, "key"), key),
		writePEM(file(dir, "authority", n, "crt"), "CERTIFICATE", certificate),
	} {
		if write != nil {
			return write
		}
	}
	return nil
}

func writeKey(name string, key any) error {
	octets, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(name, "PRIVATE KEY", octets)
}

func writePEM(name, kind string, octets []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = pem.Encode(f, &pem.Block{Type: kind, Bytes: octets})
	return errors.Join(err, f.Sync(), f.Close())
}

// retire puts the files of a CA aside, certificate first.
func retire(dir string, n int) error {
	for _, name := range []string{file(dir, "authority", n, "crt"), file(dir, "authority", n, "key"), file(dir, "signer", n, "key")} {
		if err := os.Rename(name, name+retired); err != nil {
			return err
		}
	}
	return nil
}

func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
}
