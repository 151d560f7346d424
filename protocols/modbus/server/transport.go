package server

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/config/spec"
	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
)

// TLSOptions are the certificates of tcp+tls. Both sides show one (MODBUS/TCP Security, R-02 and R-11).
type TLSOptions struct {
	Cert    string `yaml:"cert" required:"true" min:"1" doc:"The file of the server's certificate and its chain, PEM; read again when it is renewed." example:"/etc/holdfast/cert.pem"`
	Key     string `yaml:"key" required:"true" min:"1" doc:"The file of its private key, PEM, readable by the node only." example:"/etc/holdfast/key.pem"`
	Clients string `yaml:"clients" required:"true" min:"1" doc:"The file of the certificates, PEM, by one of which a client's has to be signed; read when the server starts." example:"/etc/holdfast/scada-ca.pem"`
}

// LineOptions are how a serial port is set.
type LineOptions struct {
	Baud     int    `yaml:"baud" default:"19200" min:"300" max:"1000000" unit:"bit/s" doc:"The speed of the serial line." example:"9600"`
	DataBits int    `yaml:"data_bits" default:"8" min:"7" max:"8" doc:"The bits of a character; 7 with ascii only."`
	Parity   string `yaml:"parity" default:"even" enum:"even,odd,none" doc:"The parity bit of a character."`
	StopBits int    `yaml:"stop_bits" default:"1" min:"1" max:"2" doc:"The stop bits of a character. The standard wants 2 where there is no parity."`
}

// onLine reports whether the server is a unit of a serial line.
func (o *Options) onLine() bool { return o.Transport == "rtu" || o.Transport == "ascii" }

// isASCII reports whether frames are readable.
func (o *Options) isASCII() bool { return strings.HasPrefix(o.Transport, "ascii") }

// checkTransport holds the keys of the transport against each other.
func (o *Options) checkTransport(report config.Report) {
	switch {
	case o.onLine() && !strings.HasPrefix(o.Listen, "/"):
		report("listen", &config.Problem{What: "a serial port is a file", Fix: "want its path, as /dev/ttyUSB0"})
	case o.onLine() && len(o.Allow) > 0:
		report("allow", &config.Problem{What: "who asks over a serial line has no address", Fix: "remove the key"})
	case !o.onLine() && o.Listen != "":
		if err := spec.Match("listen", o.Listen); err != nil {
			report("listen", err)
			return
		}
	}
	if o.Transport == "rtu" && o.Line.DataBits != 8 {
		report("line.data_bits", &config.Problem{What: "RTU frames have bytes of 8 bits", Fix: "write 8, or transport: ascii"})
	}
	secured := o.Transport == "tcp+tls"
	switch {
	case secured && o.TLS == nil:
		report("tls", &config.Problem{What: "there are no certificates", Fix: "add tls: {cert: FILE, key: FILE, clients: FILE}"})
	case !secured && o.TLS != nil:
		report("tls", &config.Problem{What: "nothing is encrypted, so the certificates are of no use", Fix: "write transport: tcp+tls, or remove tls"})
	case !secured && !o.onLine() && len(o.Allow) == 0 && !config.Loopback(o.Listen):
		report("allow", &config.Problem{
			What: "nobody could connect from the network", Fix: "add allow: [ADDRESS, NETWORK/BITS], or listen on 127.0.0.1",
		})
	}
}

// port describes the serial port.
func (o *Options) port() link.Serial {
	return link.Serial{
		Device: o.Listen, Baud: o.Line.Baud, DataBits: o.Line.DataBits, StopBits: o.Line.StopBits, Parity: link.ParityOf(o.Line.Parity),
	}
}

// load reads the certificates (MODBUS/TCP Security, R-01: TLS 1.2 or later).
func (o *TLSOptions) load() (*tls.Config, error) {
	own, err := config.OpenCertificate(o.Cert, o.Key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(o.Clients)
	if err != nil {
		return nil, fmt.Errorf("read tls.clients: %w", err)
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read tls.clients: %s holds no PEM certificate", o.Clients)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: own.Current,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
	}, nil
}
