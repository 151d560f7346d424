// Package enrol is the node's side of who it is to the cloud: it makes the key, joins with a token, keeps what the cloud
// has given in one file, and renews it.
package enrol

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Credentials are what a node has of its cloud. They are a value: a renewal makes others.
type Credentials struct {
	Site        string    `json:"site"`
	Addresses   []string  `json:"addresses"` // of the members, host:port; the one that was joined first
	Key         []byte    `json:"key"`       // PKCS #8
	Certificate []byte    `json:"certificate"`
	Authorities [][]byte  `json:"authorities"`
	Signers     [][]byte  `json:"signers"` // Ed25519 public keys
	RenewAfter  time.Time `json:"renew_after"`
	Proxy       string    `json:"proxy,omitempty"` // that every connection goes through; it may hold a password
}

// ErrNotJoined says that a node has no cloud.
var ErrNotJoined = errors.New("this node has not joined a cloud")

const fileName = "credentials.json"

// Load reads the credentials in a directory, or returns ErrNotJoined.
func Load(dir string) (c Credentials, err error) {
	text, err := os.ReadFile(filepath.Join(dir, fileName))
	if errors.Is(err, fs.ErrNotExist) {
		return c, ErrNotJoined
	}
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return c, fmt.Errorf("read the credentials for the cloud: %w", err)
	}
	return c, nil
}

// Save replaces the credentials in a directory, whole or not at all. Only the node's user can read them.
func (c Credentials) Save(dir string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep the credentials for the cloud: %w", err)
		}
	}()
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".credentials-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), filepath.Join(dir, fileName))
}

// TLS returns how the node meets a member: both show a certificate of the same CA. now is the time that certificates are
// judged by.
func (c Credentials) TLS(now func() time.Time) (*tls.Config, error) {
	config, err := c.anonymous(now)
	if err != nil {
		return nil, err
	}
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	leaf, err := c.leaf()
	if err != nil {
		return nil, err
	}
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{c.Certificate}, PrivateKey: key, Leaf: leaf}}
	return config, nil
}

// Expires returns until when the certificate is valid, in UTC.
func (c Credentials) Expires() (time.Time, error) {
	leaf, err := c.leaf()
	if err != nil {
		return time.Time{}, err
	}
	return leaf.NotAfter.UTC(), nil
}

func (c Credentials) leaf() (*x509.Certificate, error) {
	leaf, err := x509.ParseCertificate(c.Certificate)
	if err != nil {
		return nil, fmt.Errorf("read the certificate for the cloud: %w", err)
	}
	return leaf, nil
}

// anonymous is TLS without a certificate of the node, for the renewal of one that has expired.
func (c Credentials) anonymous(now func() time.Time) (*tls.Config, error) {
	roots := x509.NewCertPool()
	for _, octets := range c.Authorities {
		a, err := x509.ParseCertificate(octets)
		if err != nil {
			return nil, fmt.Errorf("read the cloud's CA: %w", err)
		}
		roots.AddCert(a)
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, ServerName: link.ServerName, RootCAs: roots, Time: now}, nil
}

func (c Credentials) key() (*ecdsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("read the key for the cloud: %w", err)
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the key for the cloud is a %T", key)
	}
	return private, nil
}

// SignerKeys returns the keys that generations may be signed with.
func (c Credentials) SignerKeys() (keys []ed25519.PublicKey) {
	for _, k := range c.Signers {
		if len(k) == ed25519.PublicKeySize {
			keys = append(keys, k)
		}
	}
	return keys
}

// newRequest makes a key and a certificate request (PKCS #10) for it.
func newRequest() (pkcs8, request []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if pkcs8, err = x509.MarshalPKCS8PrivateKey(key); err != nil {
		return nil, nil, err
	}
	request, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	return pkcs8, request, err
}

// Through returns how the node gets to the members: through its proxy where it has one, by the dialer otherwise.
func (c Credentials) Through(by link.Dialer) (link.Dialer, error) {
	if c.Proxy == "" {
		return by, nil
	}
	return link.ParseProxy(c.Proxy, by)
}

// Dial returns a client of a member, not connected yet. A nil dialer is the machine's network.
func (c Credentials) Dial(address string, now func() time.Time, by link.Dialer) (*link.Client, error) {
	security, err := c.TLS(now)
	if err != nil {
		return nil, err
	}
	if by, err = c.Through(by); err != nil {
		return nil, err
	}
	return link.Dial(address, security, by)
}

// given is what the cloud gave, with the key that the node has made.
func given(w *wire.Credentials, pkcs8 []byte, addresses []string) Credentials {
	if len(w.GetAddresses()) > 0 {
		addresses = merge(addresses, w.GetAddresses())
	}
	return Credentials{
		Site: w.GetSite(), Addresses: addresses, Key: pkcs8, Certificate: w.GetCertificate(),
		Authorities: w.GetAuthorities(), Signers: w.GetSigners(), RenewAfter: time.Unix(w.GetRenewAfter(), 0).UTC(),
	}
}
