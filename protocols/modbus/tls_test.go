package modbus_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	library "github.com/simonvetter/modbus"

	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/tag"
)

// authority signs certificates of a plant.
type authority struct {
	t         *testing.T
	directory string
	cert      *x509.Certificate
	key       *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, directory: t.TempDir()}
	a.cert, a.key = a.sign("ca", nil, nil)
	return a
}

// sign makes a certificate and writes it and its key to name.pem and name.key.
func (a *authority) sign(name string, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: parent == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".pem", "CERTIFICATE", der)
	a.write(name+".key", "EC PRIVATE KEY", keyDER)
	return cert, key
}

func (a *authority) write(name, kind string, der []byte) {
	a.t.Helper()
	if err := os.WriteFile(a.path(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) path(name string) string { return filepath.Join(a.directory, name) }

// secure is a server of the library that wants certificates, with register 0 = 42.
type secure struct{ library.RequestHandler }

func (secure) HandleHoldingRegisters(*library.HoldingRegistersRequest) ([]uint16, error) {
	return []uint16{42}, nil
}

func (a *authority) serve() (address string) {
	a.t.Helper()
	address = ports.Free(a.t).Address()
	a.sign("server", a.cert, a.key)
	pair, err := tls.LoadX509KeyPair(a.path("server.pem"), a.path("server.key"))
	if err != nil {
		a.t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(a.cert)
	server, err := library.NewServer(&library.ServerConfiguration{
		URL: "tcp+tls://" + address, TLSServerCert: &pair, TLSClientCAs: clients,
		Logger: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}, secure{})
	if err != nil {
		a.t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { server.Stop() })
	return address
}

func TestADeviceIsReadOverTLS(t *testing.T) {
	plant := newAuthority(t)
	plant.sign("edge", plant.cert, plant.key)
	c := kit.Device(t, "tcp+tls://"+plant.serve()+"?ca="+plant.path("ca.pem")+"&cert="+plant.path("edge.pem")+"&key="+plant.path("edge.key"), "",
		`name: a, address: "holding:0"`)
	values, err := scan(t, kit.Dial(t, c), kit.Compile(t, c), 1)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, values, tag.IntOf(42))
}

func TestADeviceThatCannotProveItselfIsNotTalkedTo(t *testing.T) {
	plant, stranger := newAuthority(t), newAuthority(t)
	address := plant.serve()
	for name, query := range map[string]string{
		"signed by somebody else": "?ca=" + stranger.path("ca.pem"),
		"another name":            "?server_name=plc-7&ca=" + plant.path("ca.pem"),
		"no such file":            "?ca=" + plant.path("missing.pem"),
		"no certificate in it":    "?ca=" + plant.path("ca.key"),
		"half a pair":             "?cert=" + plant.path("ca.pem") + "&key=" + plant.path("missing.key"),
	} {
		c := kit.Device(t, "tcp+tls://"+address+query, "", `name: a, address: "holding:0"`)
		ctx, cancel := context.WithTimeout(t.Context(), conformance.Patience)
		s, err := modbus.Driver{}.Dial(ctx, protocols.Endpoint{
			URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler),
		})
		cancel()
		if err == nil {
			s.Close()
			t.Errorf("%s: the session is open", name)
			continue
		}
		untrusted := name == "signed by somebody else" || name == "another name"
		if f := faultOf(t, err); f.Scope != protocols.ScopeSession || untrusted && !f.Permanent {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
