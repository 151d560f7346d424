package opcua_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/opcua"
	"github.com/holdfast-edge/holdfast/protocols/opcua/pki"
	"github.com/holdfast-edge/holdfast/tag"
)

// secured returns a device that reads one node over a protected connection.
func secured(t *testing.T, s *server, options string) *config.Device {
	t.Helper()
	return kit.Device(t, endpointOf(s, options), "", `name: a, address: "ns=1;s=Number", access: rw`)
}

// wantUse fails unless a session can be opened and used.
func wantUse(t *testing.T, c *config.Device) {
	t.Helper()
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	if err := session.Write(t.Context(), conformance.Point(t, d, "a"), tag.IntOf(11)); err != nil {
		t.Fatal(err)
	}
	row, err := conformance.Scan(t, session, d, 1)
	if err != nil {
		t.Fatal(err)
	}
	conformance.WantValue(t, "what was written", row.Values[0], tag.IntOf(11))
}

// wantRefused fails unless dialling is refused for good, and returns why.
func wantRefused(t *testing.T, c *config.Device, quality tag.Quality) string {
	t.Helper()
	_, err := kit.TryDial(t, c)
	f, ok := errors.AsType[*protocols.Fault](err)
	if !ok || f.Scope != protocols.ScopeSession || !f.Permanent || f.Quality != quality {
		t.Fatalf("got %+v, want a permanent fault with %v", err, quality)
	}
	return f.Error()
}

func TestEveryPolicyAndModeProtectsASession(t *testing.T) {
	s, directory := sharedServer(t), t.TempDir()
	for _, policy := range []string{"Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"} {
		for _, mode := range []string{"Sign", "SignAndEncrypt"} {
			t.Run(policy+mode, func(t *testing.T) {
				wantUse(t, secured(t, s, "&policy="+policy+"&mode="+mode+"&trust=any&pki="+directory))
			})
		}
	}
}

func TestAnUnknownServerIsRefusedUntilItsCertificateIsMoved(t *testing.T) {
	s, directory := sharedServer(t), t.TempDir()
	c := secured(t, s, "&policy=Basic256Sha256&pki="+directory)
	said := wantRefused(t, c, tag.BadNoValidCertificate)
	kept, err := filepath.Glob(filepath.Join(directory, "rejected", "*.pem"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %v, %v", kept, err)
	}
	thumbprint := strings.TrimSuffix(filepath.Base(kept[0]), ".pem")
	for _, part := range []string{thumbprint, kept[0], filepath.Join(directory, "trusted")} {
		if !strings.Contains(said, part) {
			t.Errorf("%q does not name %s", said, part)
		}
	}
	if err := os.Rename(kept[0], filepath.Join(directory, "trusted", filepath.Base(kept[0]))); err != nil {
		t.Fatal(err)
	}
	wantUse(t, c)
}

func TestAUserLogsInWithAPassword(t *testing.T) {
	s, directory := sharedServer(t), t.TempDir()
	t.Setenv("OPCUA_RIGHT", "s3cret")
	t.Setenv("OPCUA_WRONG", "not-the-s3cret")
	for name, options := range map[string]string{
		"in the clear, encrypted by itself": "",
		"Basic256Sha256":                    "&policy=Basic256Sha256&trust=any&pki=" + directory,
		"Aes128_Sha256_RsaOaep":             "&policy=Aes128_Sha256_RsaOaep&trust=any&pki=" + directory,
		"Aes256_Sha256_RsaPss":              "&policy=Aes256_Sha256_RsaPss&mode=Sign&trust=any&pki=" + directory,
	} {
		t.Run(name, func(t *testing.T) {
			wantUse(t, secured(t, s, options+"&user=edge&password=env:OPCUA_RIGHT"))
			said := wantRefused(t, secured(t, s, options+"&user=edge&password=env:OPCUA_WRONG"), tag.BadAccessDenied)
			if strings.Contains(said, "s3cret") {
				t.Errorf("the password is in %q", said)
			}
		})
	}
	said := wantRefused(t, secured(t, s, "&user=edge&password=env:OPCUA_NOT_SET"), tag.BadAccessDenied)
	if !strings.Contains(said, "OPCUA_NOT_SET") {
		t.Errorf("%q does not name the reference", said)
	}
}

func TestAUserLogsInWithACertificate(t *testing.T) {
	s, directory := sharedServer(t), t.TempDir()
	certificate, key := userCertificate(t, directory)
	for _, options := range []string{"", "&policy=Basic256Sha256&trust=any&pki=" + directory, "&policy=Aes256_Sha256_RsaPss&trust=any&pki=" + directory} {
		wantUse(t, secured(t, s, options+"&user_certificate="+certificate+"&user_key="+key))
	}
}

// userCertificate makes a certificate of a person.
func userCertificate(t *testing.T, directory string) (certificateFile, keyFile string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Anna"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign | x509.KeyUsageContentCommitment, BasicConstraintsValid: true,
		URIs: []*url.URL{{Scheme: "urn", Opaque: "anna"}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificateFile, keyFile = filepath.Join(directory, "anna.pem"), filepath.Join(directory, "anna.key")
	for path, block := range map[string]*pem.Block{
		certificateFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificateFile, keyFile
}

func TestAnOwnCertificateMayComeFromFiles(t *testing.T) {
	s, directory := sharedServer(t), t.TempDir()
	if _, err := pki.LoadOrCreate(directory, "edge-7"); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(directory, "own")
	options := "&policy=Basic256Sha256&trust=any&certificate=" + filepath.Join(own, "certificate.pem") + "&key=" + filepath.Join(own, "key.pem")
	wantUse(t, secured(t, s, options))
	said := wantRefused(t, secured(t, s, strings.ReplaceAll(options, "key.pem", "nothing.pem")), tag.BadNoValidCertificate)
	if !strings.Contains(said, "nothing.pem") {
		t.Errorf("%q does not name the file", said)
	}
}

func TestOptionsThatContradictEachOtherAreRefusedAtTheirKey(t *testing.T) {
	for options, fix := range map[string]string{
		"policy=Basic256Sha256":                     "add pki",
		"policy=Basic256Sha256&mode=None&pki=x":     "leave mode out",
		"mode=Sign":                                 "add policy",
		"certificate=x":                             "give both certificate and key",
		"user_key=x":                                "give both user_certificate and user_key",
		"user=a&user_certificate=x&user_key=y":      "give user, or user_certificate",
		"password=env:X":                            "add user",
		"policy=Basic256Sha256&certificate=a&key=b": "add pki",
		"policy=Basic128Rsa15&pki=x":                "Basic256Sha256",
		"request_timeout=0s":                        "10ms",
		"user=a&password=verysecret":                "refer to it",
	} {
		_, err := kit.Parse("site: test\ndevices:\n  - {name: b, driver: opcua, endpoint: 'opc.tcp://h?" + options + "'}\n")
		if err == nil || !strings.Contains(err.Error(), fix) || strings.Contains(err.Error(), "verysecret") {
			t.Errorf("%s: %v, want %q", options, err, fix)
		}
	}
}

func TestAnEndpointWithoutTheDriversOptionsIsRefused(t *testing.T) {
	_, err := opcua.Driver{}.Dial(t.Context(), protocols.Endpoint{URL: &url.URL{Scheme: "opc.tcp", Host: "h"}})
	if f := protocols.FaultOf(err); !f.Permanent || f.Quality != tag.BadConfiguration {
		t.Errorf("got %+v", f)
	}
}
