package pki

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Own is a certificate with its key.
type Own struct {
	Certificate []byte // DER
	Key         *rsa.PrivateKey
	URI         string // of the application, as the certificate names it; empty where it names none
}

const (
	keyBits  = 2048
	lifetime = 20 * 365 * 24 * time.Hour // no plant is to stand still for the end of a certificate of its own making
)

// Load reads a certificate and its key, both PEM.
func Load(certificateFile, keyFile string) (*Own, error) {
	certificate, err := readCertificate(certificateFile)
	if err != nil {
		return nil, err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(certificate.PublicKey) {
		return nil, fmt.Errorf("the key in %s is not that of the certificate in %s", keyFile, certificateFile)
	}
	own := &Own{Certificate: certificate.Raw, Key: key}
	if len(certificate.URIs) > 0 {
		own.URI = certificate.URIs[0].String()
	}
	return own, nil
}

// LoadOrCreate reads the node's own certificate from the directory, and makes it where there is none. The certificate
// names the application and the host that it runs on.
func LoadOrCreate(directory, host string) (*Own, error) {
	certificateFile := filepath.Join(directory, "own", "certificate.pem")
	keyFile := filepath.Join(directory, "own", "key.pem")
	own, err := Load(certificateFile, keyFile)
	if !errors.Is(err, fs.ErrNotExist) {
		return own, err
	}
	if err := create(certificateFile, keyFile, host, time.Now()); err != nil {
		return nil, fmt.Errorf("make a certificate in %s: %w", directory, err)
	}
	return Load(certificateFile, keyFile)
}

// create makes a key and a certificate for it. The certificate is written last: where it is, the key is, too.
func create(certificateFile, keyFile, host string, now time.Time) error {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return err
	}
	template, err := template(host, now)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(keyFile), 0o700); err != nil {
		return err
	}
	if err := write(keyFile, pemKey, encoded); err != nil {
		return err
	}
	return write(certificateFile, pemCertificate, der)
}

// template is what OPC 10000-6 §6.2.2 asks of an application's certificate.
func template(host string, now time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "Holdfast@" + host, Organization: []string{"Holdfast"}},
		NotBefore:    now.Add(-24 * time.Hour), NotAfter: now.Add(lifetime),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyEncipherment |
			x509.KeyUsageDataEncipherment | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		URIs:                  []*url.URL{{Scheme: "urn", Opaque: url.PathEscape(host) + ":holdfast"}},
	}
	if ip := net.ParseIP(host); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{host}
	}
	return c, nil
}

// The kinds of PEM blocks.
const (
	pemCertificate = "CERTIFICATE"
	pemKey         = "PRIVATE KEY"
)

// write writes a file that only the node can read, whole or not at all.
func write(path, kind string, der []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}
