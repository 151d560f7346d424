package opcua

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
	"github.com/holdfast-edge/holdfast/protocols/opcua/pki"
	"github.com/holdfast-edge/holdfast/tag"
)

// Driver is the OPC UA driver.
type Driver struct{}

var _ protocols.Driver = Driver{}

// Spec is described at protocols.Driver.
func (Driver) Spec() config.Driver { return Component() }

// Dial is described at protocols.Driver. The session is a protocols.Browser, and a protocols.Subscriber unless the
// endpoint says subscribe=false.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	o, ok := e.Options.(*EndpointOptions)
	if !ok {
		return nil, protocols.Undialled("connect to "+e.URL.Redacted(), true,
			fmt.Errorf("it has no OPC UA options: load the configuration with the driver's component"))
	}
	dialling, cancel := context.WithTimeout(ctx, o.ConnectTimeout)
	defer cancel()
	d := &dialler{options: o, endpoint: e, address: address(e.URL)}
	s, err := d.dial(dialling)
	if err != nil {
		return nil, undialled(d.address, err)
	}
	if o.Subscribe {
		return subscribing{s}, nil
	}
	return s, nil
}

// defaultPort is the one that is registered for OPC UA.
const defaultPort = "4840"

func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = defaultPort
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// dialler opens one session.
type dialler struct {
	options  *EndpointOptions
	endpoint protocols.Endpoint
	address  string
	own      *pki.Own
	chosen   *ua.EndpointDescription
	login    login
}

// dial asks the server for its endpoints, and logs in at the one that is configured.
func (d *dialler) dial(ctx context.Context) (*session, error) {
	var err error
	if d.own, err = d.options.own(); err != nil {
		return nil, &unfit{tag.BadNoValidCertificate, err}
	}
	c, err := d.open(ctx, channel.Insecure())
	if err != nil {
		return nil, err
	}
	if err := d.discover(ctx, c); err != nil {
		c.Close()
		return nil, err
	}
	if d.options.hasSecurity() {
		c.Close()
		if c, err = d.open(ctx, d.options.security(d.own, d.chosen)); err != nil {
			return nil, err
		}
	}
	s, err := d.enter(ctx, c)
	if err != nil {
		c.Close()
		return nil, err
	}
	return s, nil
}

// tokenLifetime is how long keys are to be good for.
const tokenLifetime = time.Hour

// open opens a channel.
func (d *dialler) open(ctx context.Context, security channel.Security) (*channel.Channel, error) {
	conn, err := protocols.Dialer().DialContext(ctx, "tcp", d.address)
	if err != nil {
		return nil, err
	}
	return channel.Open(ctx, conn, channel.Options{URL: d.url(), Security: security, Lifetime: tokenLifetime, Tap: d.endpoint.Tap})
}

// url returns the endpoint as the server is to see it: without the options that are ours.
func (d *dialler) url() string { return "opc.tcp://" + d.address + d.endpoint.URL.EscapedPath() }

// discover chooses an endpoint and a way to log in, and looks whether the server is to be trusted.
func (d *dialler) discover(ctx context.Context, c *channel.Channel) error {
	response, err := c.Ask(ctx, &ua.GetEndpointsRequest{EndpointURL: d.url()}, nil, d.options.ConnectTimeout)
	if err != nil {
		return fmt.Errorf("ask for the endpoints: %w", err)
	}
	offers, ok := response.(*ua.GetEndpointsResponse)
	if !ok {
		return fmt.Errorf("ask for the endpoints: %w", ua.StatusBadUnknownResponse)
	}
	if d.chosen, err = d.options.choose(offers.Endpoints); err != nil {
		return &unfit{tag.BadConfiguration, err}
	}
	if d.login, err = d.options.chooseLogin(d.chosen); err != nil {
		return &unfit{tag.BadAccessDenied, err}
	}
	return d.trust()
}

// trust looks at the server's certificate where something is encrypted with its key.
func (d *dialler) trust() error {
	protects := d.options.hasSecurity() || d.options.User != "" && d.login.policy != ua.SecurityPolicyURINone
	if !protects {
		return nil
	}
	if !d.options.hasSecurity() && d.options.PKI == "" {
		d.endpoint.Logger.Warn("the password goes to a server whose certificate nobody has checked", "server", d.address)
		return nil
	}
	if d.options.Trust == "any" {
		d.endpoint.Logger.Warn("any server's certificate is trusted: for commissioning only", "server", d.address)
	}
	return d.options.trust(channel.Leaf(d.chosen.ServerCertificate), d.endpoint.URL)
}
