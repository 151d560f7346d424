package modbus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// Driver is the Modbus driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// isPort reports whether endpoints of the scheme are serial ports.
func isPort(scheme string) bool { return scheme == "rtu" || scheme == "ascii" }

// isSerial reports whether endpoints of the scheme speak the frames of serial lines.
func isSerial(scheme string) bool { return strings.HasPrefix(scheme, "rtu") || isASCII(scheme) }

func isASCII(scheme string) bool { return strings.HasPrefix(scheme, "ascii") }

// Dial is described at protocols.Driver.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, protocols.Undialled("connect to "+e.URL.Redacted(), true,
			fmt.Errorf("it has no Modbus options: load the configuration with the driver's component"))
	}
	ctx, cancel := context.WithTimeout(ctx, o.ConnectTimeout+o.LateReply)
	defer cancel()
	l, err := o.open(ctx, e)
	if err != nil {
		return nil, &protocols.Fault{
			Scope: protocols.ScopeSession, Quality: tag.BadNotConnected, Permanent: isPermanent(err),
			Err: fmt.Errorf("connect to %s://%s: %w", e.URL.Scheme, e.URL.Host+e.URL.Path, err),
		}
	}
	return &session{link: l, logger: e.Logger}, nil
}

// open opens the link that the endpoint's scheme asks for.
func (o *EndpointOptions) open(ctx context.Context, e protocols.Endpoint) (link.Link, error) {
	u, framing := e.URL, wire.Framing(wire.RTU{})
	if isASCII(u.Scheme) {
		framing = wire.ASCII{}
	}
	timing := link.Timing{Late: o.LateReply}
	if isPort(u.Scheme) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		settings := o.serial(u.Path)
		port, err := link.OpenSerial(settings)
		if err != nil {
			return nil, err
		}
		timing.Byte, timing.Gap = settings.Byte(), settings.Gap()
		return hushed(ctx, link.NewLine(e.Tapped(port), framing, timing, false))
	}
	conn, err := o.connect(ctx, u.Scheme, u.Hostname(), u.Port())
	if err != nil {
		return nil, err
	}
	tapped := e.Tapped(conn)
	if isSerial(u.Scheme) {
		return hushed(ctx, link.NewLine(tapped, framing, timing, true))
	}
	if u.Scheme == "udp" {
		return link.NewDatagrams(tapped), nil
	}
	return link.NewMBAP(tapped), nil
}

// hushed returns the line once no reply can come any more that a session before asked for.
func hushed(ctx context.Context, l *link.Line) (link.Link, error) {
	if err := l.Hush(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (o *EndpointOptions) connect(ctx context.Context, scheme, host, port string) (net.Conn, error) {
	dialer := protocols.Dialer()
	if port == "" {
		port = defaultPort(scheme)
	}
	address := net.JoinHostPort(host, port)
	switch scheme {
	case "udp":
		return dialer.DialContext(ctx, "udp", address)
	case "tcp+tls":
		settings, err := o.tls()
		if err != nil {
			return nil, err
		}
		return (&tls.Dialer{NetDialer: dialer, Config: settings}).DialContext(ctx, "tcp", address)
	default:
		return dialer.DialContext(ctx, "tcp", address)
	}
}

// defaultPort returns the ports that are registered for Modbus.
func defaultPort(scheme string) string {
	if scheme == "tcp+tls" {
		return "802"
	}
	return "502"
}

// tls reads the certificates (MODBUS/TCP Security, R-01: TLS 1.2 or later).
func (o *EndpointOptions) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: o.ServerName}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, err
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate (PEM)", o.CA)
		}
	}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// isPermanent reports whether dialling again cannot help before somebody changes something.
func isPermanent(err error) bool {
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return true
	}
	return errors.Is(err, fs.ErrPermission)
}
