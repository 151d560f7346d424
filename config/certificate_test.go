package config_test

import (
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/config/certificatetest"
)

// subjectOf is what the certificate that is served is for.
func subjectOf(t *testing.T, c *config.Certificate) string {
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
	cert, key := certificatetest.Certificate(t, "first")
	c, err := config.OpenCertificate(cert, key)
	if err != nil || subjectOf(t, c) != "first" {
		t.Fatal(err)
	}
	newCert, newKey := certificatetest.Certificate(t, "second")
	if err := os.Rename(newCert, cert); err != nil {
		t.Fatal(err)
	}
	later(t, cert)
	if subjectOf(t, c) != "first" {
		t.Error("a certificate without its key is served")
	}
	if err := os.Rename(newKey, key); err != nil {
		t.Fatal(err)
	}
	later(t, key)
	if subjectOf(t, c) != "second" {
		t.Error("the renewed one is not served")
	}
}

func TestACertificateThatVanishesIsServedOn(t *testing.T) {
	cert, key := certificatetest.Certificate(t, "first")
	c, err := config.OpenCertificate(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if subjectOf(t, c) != "first" {
		t.Error("it is gone")
	}
}

func TestACertificateThatCannotBeReadIsNamed(t *testing.T) {
	_, key := certificatetest.Certificate(t, "first")
	_, err := config.OpenCertificate("/nowhere/cert.pem", key)
	if err == nil || !strings.Contains(err.Error(), "/nowhere/cert.pem") {
		t.Errorf("got %v", err)
	}
}
