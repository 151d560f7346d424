package mqttdial_test

import (
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
	"github.com/holdfast-edge/holdfast/config"
)

func brokerAt(t *testing.T, text string) (u config.BrokerURL) {
	t.Helper()
	if err := u.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return u
}

func file(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAServerIsTrustedByTheCertificatesGivenAndNotWithoutThem(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	to := brokerAt(t, "mqtts://"+server.Listener.Addr().String())
	ca := file(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	conn, err := mqttdial.Dial(t.Context(), to, config.ClientTLS{CA: ca, ServerName: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if _, err := mqttdial.Dial(t.Context(), to, config.ClientTLS{}); err == nil || errors.Is(err, mqttdial.ErrCertificates) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := mqttdial.Dial(t.Context(), to, config.ClientTLS{CA: ca, ServerName: "other.example"}); err == nil {
		t.Error("the certificate is of another name, and taken")
	}
}

func TestCertificatesThatCannotBeReadAreNamed(t *testing.T) {
	empty := file(t, []byte("nothing"))
	for says, with := range map[string]config.ClientTLS{
		"/no/such.pem":       {CA: "/no/such.pem"},
		"no PEM certificate": {CA: empty},
		"tls.cert":           {Cert: empty, Key: empty},
	} {
		_, err := mqttdial.Dial(t.Context(), brokerAt(t, "mqtts://127.0.0.1:1"), with)
		if !errors.Is(err, mqttdial.ErrCertificates) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestNobodyListeningIsNoMatterOfCertificates(t *testing.T) {
	for _, scheme := range []string{"mqtt", "mqtts", "ws", "wss"} {
		_, err := mqttdial.Dial(t.Context(), brokerAt(t, scheme+"://127.0.0.1:1"), config.ClientTLS{})
		if err == nil || errors.Is(err, mqttdial.ErrCertificates) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}
