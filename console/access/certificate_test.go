package access_test

import (
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/console/access/accesstest"
)

// name is what the certificate that is served is for.
func name(t *testing.T, c *access.Certificate) string {
	t.Helper()
	pair, err := c.Current(nil)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return leaf.Subject.CommonName
}

// later makes a file's time differ from any that was seen.
func later(t *testing.T, files ...string) {
	t.Helper()
	for i, file := range files {
		at := time.Now().Add(time.Duration(i+1) * time.Hour)
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	cert, key := accesstest.Certificate(t, "first")
	c, err := access.OpenCertificate(cert, key)
	if err != nil || name(t, c) != "first" {
		t.Fatal(err)
	}
	newCert, newKey := accesstest.Certificate(t, "second")
	if err := os.Rename(newCert, cert); err != nil {
		t.Fatal(err)
	}
	later(t, cert)
	if name(t, c) != "first" {
		t.Error("a certificate without its key is served")
	}
	if err := os.Rename(newKey, key); err != nil {
		t.Fatal(err)
	}
	later(t, key)
	if name(t, c) != "second" {
		t.Error("the renewed one is not served")
	}
}

func TestACertificateThatVanishesIsServedOn(t *testing.T) {
	cert, key := accesstest.Certificate(t, "first")
	c, err := access.OpenCertificate(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if name(t, c) != "first" {
		t.Error("it is gone")
	}
}

func TestACertificateThatCannotBeReadIsNamed(t *testing.T) {
	_, key := accesstest.Certificate(t, "first")
	_, err := access.OpenCertificate("/nowhere/cert.pem", key)
	if err == nil || !strings.Contains(err.Error(), "/nowhere/cert.pem") {
		t.Errorf("got %v", err)
	}
}
