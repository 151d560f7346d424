package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// ClientTLS is the certificates of a client.
type ClientTLS struct {
	CA         string `yaml:"ca" doc:"The file of the certificates to trust, PEM. Not given, those of the system." example:"/etc/holdfast/ca.pem"`
	Cert       string `yaml:"cert" doc:"The file of the client's own certificate, PEM." example:"/etc/holdfast/client.pem"`
	Key        string `yaml:"key" doc:"The file of its private key, PEM." example:"/etc/holdfast/client-key.pem"`
	ServerName string `yaml:"server_name" advanced:"true" doc:"The name that the server's certificate is for, where that is not the host of url."`
}

// Check wants a certificate with its key.
func (t *ClientTLS) Check(report Report) {
	if (t.Cert == "") != (t.Key == "") {
		report("", &Problem{What: "a certificate and its key belong together", Fix: "give both cert and key, or neither"})
	}
}

// IsZero tells whether none are given.
func (t ClientTLS) IsZero() bool { return t == ClientTLS{} }

// Load reads the certificates, now: those that were renewed are the new ones. host is whom the server's certificate
// is for, where none is given. The error names the key and is one that another attempt does not cure.
func (t ClientTLS) Load(host string) (*tls.Config, error) {
	certificates := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if t.ServerName != "" {
		certificates.ServerName = t.ServerName
	}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, fmt.Errorf("read tls.ca: %w", err)
		}
		certificates.RootCAs = x509.NewCertPool()
		if !certificates.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read tls.ca: %s holds no PEM certificate", t.CA)
		}
	}
	if t.Cert != "" {
		own, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, fmt.Errorf("read tls.cert and tls.key: %w", err)
		}
		certificates.Certificates = []tls.Certificate{own}
	}
	return certificates, nil
}

// CheckFor reports certificates for a connection that has no use for them. It is for the Check of the mapping that
// has them under tls.
func (t ClientTLS) CheckFor(u BrokerURL, report Report) {
	if t != (ClientTLS{}) && !u.IsSecure() {
		report("tls", &Problem{
			What: "the connection is not encrypted, so the certificates are of no use",
			Fix:  "write mqtts:// or wss:// in url, or remove tls",
		})
	}
}
