package uplink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// reachWithin is how long an address of the plant may take to answer, and the member to take the tunnel.
const reachWithin = 10 * time.Second

// The messages of the tunnels' actor.
type (
	openTunnel struct {
		wanted *wire.OpenTunnel
		member string       // of the session
		opened chan<- error // holds one
	}
	tunnelEnded struct{}
)

// tunnels is the actor of the tunnels, each of which is a goroutine with two connections: to the plant, and to the member.
type tunnels struct {
	env  Env
	open int
}

func tunnelsSpec(env Env) supervisor.Spec {
	return supervisor.Spec{Name: "tunnels", Kind: "tunnels", New: func() actor.Actor { return &tunnels{env: env} }}
}

// Receive is the actor.
func (t *tunnels) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		t.report(ctx)
	case openTunnel:
		t.begin(ctx, m)
	case tunnelEnded:
		t.open--
		t.report(ctx)
	case supervisor.GoFailed:
		supervisor.Fail(ctx, m.Err) // a panic: a tunnel's own failures are told to who asked
	}
}

func (t *tunnels) report(ctx actor.Context) {
	supervisor.Report(ctx, "ready", fmt.Sprintf("%d open", t.open))
}

func (t *tunnels) begin(ctx actor.Context, m openTunnel) {
	address := m.wanted.GetAddress()
	if !t.env.Plant.Reaches(address) {
		m.opened <- fmt.Errorf("this site lets no tunnel to %s: its configuration has to name it, in tunnels of uplink", link.Cut(address))
		return
	}
	if t.open == link.MostTunnels {
		m.opened <- fmt.Errorf("%d tunnels are open, which is all that this node keeps", t.open)
		return
	}
	t.open++
	t.report(ctx)
	self, system := ctx.Self(), t.env.System
	supervisor.Go(ctx, "tunnel", func(ctx context.Context) error {
		defer func() {
			if err := system.SendWait(context.WithoutCancel(ctx), self, tunnelEnded{}); err != nil {
				t.env.Logger.Debug("the end of a tunnel was told to nobody", "error", err)
			}
		}()
		t.env.carry(ctx, m)
		return nil
	})
}

// carry is the whole life of a tunnel.
func (e Env) carry(ctx context.Context, m openTunnel) {
	log := e.Logger.With("address", m.wanted.GetAddress(), "by", link.Cut(m.wanted.GetBy()))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	end, err := reach(ctx, m.wanted.GetAddress())
	if err != nil {
		m.opened <- err
		return
	}
	defer end.Close()
	client, stream, err := e.offer(ctx, m)
	m.opened <- err
	if err != nil {
		return
	}
	defer client.Close()
	log.Info("a tunnel was opened")
	carried, err := link.Carry(ctx, end, stream)
	if err == nil {
		err = drain(stream)
	}
	log.Info("a tunnel was closed", "from_plant", carried.In, "to_plant", carried.Out, "reason", err)
}

// drain waits until the member has all that was sent: closing the connection would lose what is on its way. The member ends the
// stream.
func drain(stream link.TunnelClient) error {
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// reach connects to an address of the plant.
func reach(ctx context.Context, address string) (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("reach %s from the site: %w", address, err)
	}
	return conn.(*net.TCPConn), nil
}

// offer opens the tunnel's stream to the member that asks, on a connection of its own.
func (e Env) offer(ctx context.Context, m openTunnel) (*link.Client, link.TunnelClient, error) {
	client, err := e.dial(cmp.Or(m.wanted.GetMember(), m.member))
	if err != nil {
		return nil, nil, err
	}
	stream, err := client.Tunnel(ctx)
	if err == nil {
		err = stream.Send(&wire.TunnelFrame{Id: m.wanted.GetId()})
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open the tunnel's stream: %w", err), client.Close())
	}
	return client, stream, nil
}

// tunnel has a tunnel opened, and answers when it is, or why it is not.
func (c *connection) tunnel(ctx context.Context, wanted *wire.OpenTunnel) error {
	pid, ok := c.env.System.Lookup(tunnelsPath)
	if !ok {
		return errors.New("the tunnels' actor is not there")
	}
	opened := make(chan error, 1)
	if err := c.env.System.SendWait(ctx, pid, openTunnel{wanted, c.address, opened}); err != nil {
		return err
	}
	select {
	case err := <-opened:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
