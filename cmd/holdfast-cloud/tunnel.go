package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"sync"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/console/client"
)

// tunnelCommand reaches an address of a site's plant.
type tunnelCommand struct {
	Site    string `arg:"" help:"Which site."`
	Address string `arg:"" help:"HOST:PORT as the site sees it; the site's configuration has to let tunnels lead there."`

	Listen string `short:"l" default:"127.0.0.1:0" help:"Where to take connections, each of which is a tunnel; - is standard input and output, for one." placeholder:"HOST:PORT"`

	connection
}

// Help is the long form of the help.
func (*tunnelCommand) Help() string {
	return "With -l - it is what ssh wants: ssh -o ProxyCommand='holdfast-cloud tunnel plant-7 %h:%p -l -' 192.0.2.10."
}

// Run is called by the command line.
func (c *tunnelCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	if c.Listen == "-" {
		return c.carry(ctx, cloud, &standard{os.Stdin, s.out})
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	if _, err := fmt.Fprintf(s.out, "%s is %s of %s. Ctrl-C ends it.\n", l.Addr(), c.Address, c.Site); err != nil {
		return err
	}
	return c.serve(ctx, s, cloud, l)
}

// serve makes a tunnel of each connection.
func (c *tunnelCommand) serve(ctx context.Context, s *surroundings, cloud *client.Client, l net.Listener) error {
	var open sync.WaitGroup
	defer open.Wait()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		open.Go(func() {
			if err := c.carry(ctx, cloud, conn.(*net.TCPConn)); err != nil {
				_, _ = fmt.Fprintln(s.errs, "holdfast-cloud:", err)
			}
		})
	}
}

// end is this side of a tunnel.
type end interface {
	io.ReadWriteCloser
	CloseWrite() error
}

// carry makes a tunnel and carries octets until both directions have ended, or one fails.
func (c *tunnelCommand) carry(ctx context.Context, cloud *client.Client, here end) error {
	defer here.Close()
	there, err := cloud.Upgrade(ctx, "/api/v1/sites/"+url.PathEscape(c.Site)+"/tunnel", url.Values{"address": {c.Address}}, api.TunnelProtocol)
	if err != nil {
		return err
	}
	both := func() { _ = errors.Join(here.Close(), there.Close()) }
	defer both()
	stop := context.AfterFunc(ctx, both)
	defer stop()
	sent := make(chan error, 1)
	go func() { sent <- pass(there, here) }()
	err = pass(here, there)
	if err != nil {
		both()
	}
	if _, waits := here.(*standard); waits {
		return err // a read of standard input ends with the process
	}
	err = errors.Join(err, <-sent)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// pass passes on what comes from one end until there is no more.
func pass(to, from end) error {
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	return to.CloseWrite()
}

// standard is standard input and output as an end.
type standard struct {
	io.ReadCloser
	io.Writer
}

// CloseWrite has nothing to say to a terminal.
func (*standard) CloseWrite() error { return nil }
