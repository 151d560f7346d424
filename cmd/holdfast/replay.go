package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// replayCommand plays a recording as the device that it is of.
type replayCommand struct {
	File   string  `arg:"" type:"existingfile" help:"The recording, as the console gives it."`
	Listen string  `default:"127.0.0.1:0" help:"Where clients connect; port 0 takes a free one." placeholder:"HOST:PORT"`
	Speed  float64 `default:"1" help:"How fast: 1 as it was, 10 ten times as fast, 0 without waiting."`
	Once   bool    `help:"Answer each question as often as it was answered in the recording, and then no more."`
	Info   bool    `help:"Say what is in the recording, and play nothing."`
}

// Run is called by the command line.
func (c *replayCommand) Run(ctx context.Context, s *surroundings) error {
	r, err := c.read(s)
	if err != nil {
		return err
	}
	h := r.Header
	_, _ = fmt.Fprintf(s.out, "%s, driver %s, %s: %d frames in %s, begun %s\n", c.File, h.Driver, h.Endpoint,
		len(r.Frames), h.Length.Round(time.Millisecond), h.Start.Format(time.RFC3339))
	if h.Lost > 0 {
		_, _ = fmt.Fprintf(s.out, "%d frames found no room and are not in it.\n", h.Lost)
	}
	if c.Info {
		return nil
	}
	driver, err := c.driver(h.Driver)
	if err != nil {
		return err
	}
	o := record.Options{Speed: c.Speed, Once: c.Once, Logger: s.logger}
	const playing = "Playing on %s. Give a device of this driver that endpoint.\n"
	if player, ok := driver.(record.PacketPlayer); ok {
		conn, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", c.Listen)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(s.out, playing, conn.LocalAddr())
		return player.PlayPackets(ctx, r, conn, o)
	}
	player, ok := driver.(record.Player)
	if !ok {
		return fmt.Errorf("recordings of the driver %s cannot be played: look at them with --info", h.Driver)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, playing, listener.Addr())
	return player.Play(ctx, r, listener, o)
}

// read reads the file; what is intact of a damaged one is played.
func (c *replayCommand) read(s *surroundings) (*record.Recording, error) {
	file, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := record.Read(file)
	if errors.Is(err, record.ErrCutOff) || errors.Is(err, record.ErrDamaged) {
		s.logger.Warn("only the beginning of the recording can be read", "file", c.File, "frames", len(r.Frames), "error", err)
		return r, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.File, err)
	}
	return r, nil
}

// driver returns a driver of this program.
func (c *replayCommand) driver(name string) (protocols.Driver, error) {
	parts, err := components()
	if err != nil {
		return nil, err
	}
	d, ok := parts.Driver(name)
	if !ok {
		return nil, fmt.Errorf("this program has no driver called %q", name)
	}
	return d, nil
}
