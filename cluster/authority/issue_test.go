package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"testing"
)

// FuzzReadRequest reads what anybody may send who has found the cloud.
func FuzzReadRequest(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	good, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		f.Fatal(err)
	}
	if public, err := ReadRequest(good); err != nil || !key.PublicKey.Equal(public) {
		f.Fatalf("%v, %v", public, err)
	}
	forged := append([]byte(nil), good...)
	forged[len(forged)-1] ^= 1 // of its signature
	if _, err := ReadRequest(forged); !errors.Is(err, ErrRequest) {
		f.Fatalf("a request that was not signed by its key: %v", err)
	}
	f.Add(good)
	f.Add(forged)
	f.Fuzz(func(t *testing.T, octets []byte) {
		public, err := ReadRequest(octets)
		if (err == nil) != (public != nil) || err != nil && !errors.Is(err, ErrRequest) {
			t.Fatalf("%v, %v", public, err)
		}
	})
}
