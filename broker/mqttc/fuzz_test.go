package mqttc

import (
	"bufio"
	"bytes"
	"net"
	"testing"
	"time"
)

// deaf is a connection that gives octets and takes everything.
type deaf struct {
	net.Conn
	in *bytes.Reader
}

func (d deaf) Read(p []byte) (int, error)       { return d.in.Read(p) }
func (d deaf) Write(p []byte) (int, error)      { return len(p), nil }
func (d deaf) SetReadDeadline(time.Time) error  { return nil }
func (d deaf) SetWriteDeadline(time.Time) error { return nil }

// at returns a client that reads these octets.
func at(octets []byte, version byte) *Client {
	conn := deaf{in: bytes.NewReader(octets)}
	return &Client{
		options: Options{Version: version, KeepAlive: time.Second, MaxPacket: 1 << 16}, conn: conn,
		in: bufio.NewReaderSize(conn, readBuffer), received: map[uint16]bool{}, topics: map[string]string{},
	}
}

// FuzzNext holds that no octets of a broker make the client panic, or give a
// message that is larger than the octets are.
func FuzzNext(f *testing.F) {
	for _, seed := range [][]byte{
		{0x30, 5, 0, 1, 'a', 'x', 'y'},
		{0x32, 7, 0, 1, 'a', 0, 1, 0, 'x'},
		{0x34, 6, 0, 1, 'a', 0, 2, 0, 0x62, 2, 0, 2},
		{0x30, 12, 0, 1, 'a', 8, 0x26, 0, 2, 'h', 'o', 0, 1, '2'},
		{0xD0, 0, 0xE0, 1, 0x8B},
		{0x30, 0xFF, 0xFF, 0xFF, 0x7F},
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, octets []byte, five bool) {
		version := Version311
		if five {
			version = Version5
		}
		c := at(octets, version)
		for {
			got, err := c.Next(nil)
			size := 0
			for _, m := range got {
				size += len(m.Payload)
			}
			if size > len(octets) {
				t.Fatalf("%d octets of payload out of %d", size, len(octets))
			}
			if err != nil {
				return
			}
			if err := c.Ack(got); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestATopicStaysWhatItWasWhenTheBufferIsUsedAgain(t *testing.T) {
	var octets []byte
	for i := range byte(200) { // more than the buffer holds
		octets = append(octets, 0x30, 0x84, 1, 0, 2, 't', '0'+i%10)
		octets = append(octets, bytes.Repeat([]byte{'x'}, 128)...)
	}
	c := at(octets, Version311)
	for n := 0; n < 200; {
		got, err := c.Next(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got {
			if want := "t" + string('0'+rune(n%10)); m.Topic != want || len(m.Payload) != 128 {
				t.Fatalf("message %d: topic %s, want %s", n, m.Topic, want)
			}
			n++
		}
	}
}

// FuzzGreet holds the same of the answers to a log-in and a subscription.
func FuzzGreet(f *testing.F) {
	for _, seed := range [][]byte{
		{0x20, 3, 0, 0, 0, 0x90, 4, 0, 1, 0, 1}, {0x20, 2, 0, 0, 0x90, 3, 0, 1, 1}, {0x20, 2, 0, 5}, {0x20, 6, 1, 0, 3, 0x13, 0, 10},
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, octets []byte, five bool) {
		version := Version311
		if five {
			version = Version5
		}
		c := at(octets, version)
		if c.greet() == nil && c.options.KeepAlive <= 0 {
			t.Fatal("no keep-alive is left")
		}
		_ = c.Subscribe("a", 1, false)
	})
}
