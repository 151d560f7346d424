package pki_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/opcua/pki"
)

// issued makes a certificate; of its own where there is no issuer.
func issued(t *testing.T, template, issuer *x509.Certificate, key, issuerKey *rsa.PrivateKey) []byte {
	t.Helper()
	if issuer == nil {
		issuer, issuerKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, &key.PublicKey, issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func template(name string, authority bool) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"plc-7"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: authority, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
}

// put writes a file and returns its path.
func put(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestTheNodesOwnCertificateIsMadeOnceAndNamesItsApplication(t *testing.T) {
	directory := t.TempDir()
	own, err := pki.LoadOrCreate(directory, "edge-7")
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(own.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	if own.URI != "urn:edge-7:holdfast" || len(c.URIs) != 1 || c.URIs[0].String() != own.URI || c.VerifyHostname("edge-7") != nil {
		t.Errorf("it names %q, %v, %v", own.URI, c.URIs, c.DNSNames)
	}
	if err := c.CheckSignatureFrom(c); err != nil && !strings.Contains(err.Error(), "parent certificate cannot sign") {
		t.Error(err)
	}
	again, err := pki.LoadOrCreate(directory, "edge-8")
	if err != nil || !bytes.Equal(again.Certificate, own.Certificate) || !again.Key.Equal(own.Key) {
		t.Errorf("the second time it is another one: %v", err)
	}
	for _, file := range []string{"certificate.pem", "key.pem"} {
		if info, err := os.Stat(filepath.Join(directory, "own", file)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
	if _, err := pki.LoadOrCreate(t.TempDir(), "192.0.2.7"); err != nil {
		t.Error(err)
	}
}

func TestAKeyIsMadeAnewWhereTheCertificateWasNotWrittenAnyMore(t *testing.T) {
	directory := t.TempDir()
	if _, err := pki.LoadOrCreate(directory, "edge-7"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(directory, "own", "certificate.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := pki.LoadOrCreate(directory, "edge-7"); err != nil {
		t.Error(err)
	}
}

func TestACertificateIsReadInEveryForm(t *testing.T) {
	directory, key := t.TempDir(), newKey(t)
	der := issued(t, template("edge", false), nil, key, nil)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, certificate := range [][]byte{der, pemOf("CERTIFICATE", der)} {
		for _, private := range [][]byte{pemOf("PRIVATE KEY", pkcs8), pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))} {
			own, err := pki.Load(put(t, filepath.Join(directory, "c"), certificate), put(t, filepath.Join(directory, "k"), private))
			if err != nil || !bytes.Equal(own.Certificate, der) || own.URI != "" {
				t.Errorf("%+v, %v", own, err)
			}
		}
	}
}

func TestFilesThatAreNoPairAreRefusedByName(t *testing.T) {
	directory, key := t.TempDir(), newKey(t)
	certificate := put(t, filepath.Join(directory, "good.pem"), pemOf("CERTIFICATE", issued(t, template("edge", false), nil, key, nil)))
	good := put(t, filepath.Join(directory, "good.key"), pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)))
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	elliptic, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string][2]string{
		"other.key":    {certificate, put(t, filepath.Join(directory, "other.key"), pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(newKey(t))))},
		"text.key":     {certificate, put(t, filepath.Join(directory, "text.key"), []byte("verysecret"))},
		"broken.key":   {certificate, put(t, filepath.Join(directory, "broken.key"), pemOf("PRIVATE KEY", []byte("verysecret")))},
		"elliptic.key": {certificate, put(t, filepath.Join(directory, "elliptic.key"), pemOf("PRIVATE KEY", elliptic))},
		"missing.key":  {certificate, filepath.Join(directory, "missing.key")},
		"missing.pem":  {filepath.Join(directory, "missing.pem"), good},
		"text.pem":     {put(t, filepath.Join(directory, "text.pem"), []byte("text")), good},
	} {
		_, err := pki.Load(files[0], files[1])
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "verysecret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnUnknownCertificateIsKeptAndTrustedOnceItIsMoved(t *testing.T) {
	directory, der := t.TempDir(), issued(t, template("plc", false), nil, newKey(t), nil)
	store := pki.Store{Directory: directory}
	var untrusted *pki.Untrusted
	for range 2 {
		if err := store.Check(der, "plc-7", time.Now()); !errors.As(err, &untrusted) {
			t.Fatal(err)
		}
	}
	if untrusted.Thumbprint != pki.Thumbprint(der) || !strings.Contains(untrusted.Error(), untrusted.Kept) || len(untrusted.Thumbprint) != 40 {
		t.Errorf("%v", untrusted)
	}
	if err := os.Rename(untrusted.Kept, filepath.Join(untrusted.MoveTo, "plc.pem")); err != nil {
		t.Fatal(err)
	}
	if err := store.Check(der, "another-host", time.Now().Add(24*time.Hour)); err != nil {
		t.Errorf("what a person has trusted: %v", err)
	}
}

func TestAnAuthorityVouchesForItsServersByHostAndTime(t *testing.T) {
	directory, authorityKey := t.TempDir(), newKey(t)
	authority := template("plant", true)
	put(t, filepath.Join(directory, "trusted", "plant.der"), issued(t, authority, nil, authorityKey, nil))
	put(t, filepath.Join(directory, "trusted", "readme.txt"), []byte("certificates of servers go here"))
	der := issued(t, template("plc", false), authority, newKey(t), authorityKey)
	store := pki.Store{Directory: directory}
	if err := store.Check(der, "plc-7", time.Now()); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"another host":       store.Check(der, "plc-8", time.Now()),
		"after its end":      store.Check(der, "plc-7", time.Now().Add(2*time.Hour)),
		"by somebody else":   store.Check(issued(t, template("plc", false), nil, newKey(t), nil), "plc-7", time.Now()),
		"not a certificate":  store.Check([]byte("no"), "plc-7", time.Now()),
		"of the same name":   store.Check(issued(t, template("plc", false), template("plant", true), newKey(t), newKey(t)), "plc-7", time.Now()),
		"nothing is trusted": pki.Store{Directory: t.TempDir()}.Check(der, "plc-7", time.Now()),
	} {
		if err == nil {
			t.Errorf("%s: trusted", what)
		}
	}
}

func TestStrangersDoNotFillTheDisk(t *testing.T) {
	directory := t.TempDir()
	for i := range 100 {
		put(t, filepath.Join(directory, "rejected", string(rune('a'+i%26))+string(rune('a'+i/26))), nil)
	}
	err := pki.Store{Directory: directory}.Check(issued(t, template("plc", false), nil, newKey(t), nil), "plc-7", time.Now())
	untrusted, ok := errors.AsType[*pki.Untrusted](err)
	if !ok || untrusted.Kept != "" || !strings.Contains(err.Error(), untrusted.MoveTo) {
		t.Errorf("%v", err)
	}
}

func TestADirectoryThatCannotBeWrittenIsTold(t *testing.T) {
	file := put(t, filepath.Join(t.TempDir(), "file"), nil)
	if _, err := pki.LoadOrCreate(file, "edge"); err == nil {
		t.Error("made a certificate in a file")
	}
	err := pki.Store{Directory: file}.Check(issued(t, template("plc", false), nil, newKey(t), nil), "plc-7", time.Now())
	if err == nil {
		t.Error("trusted")
	}
}
