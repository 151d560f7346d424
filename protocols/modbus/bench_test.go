package modbus_test

import (
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// BenchmarkScan reads 1,600 registers in 16 requests, with one or all on the way at once, over a line that takes no
// time and one that takes 2 ms each way and back.
func BenchmarkScan(b *testing.B) {
	for _, delay := range []time.Duration{0, 2 * time.Millisecond} {
		for _, inFlight := range []int{1, 16} {
			b.Run(fmt.Sprintf("delay=%v/in_flight=%d", delay, inFlight), func(b *testing.B) {
				benchmarkScan(b, answering(b, delay), inFlight)
			})
		}
	}
}

// BenchmarkScanOfTheLibrarysServer reads 100 registers from the server of the simulator.
func BenchmarkScanOfTheLibrarysServer(b *testing.B) {
	quiet := slog.New(slog.DiscardHandler)
	server, err := slave.Listen(b.Context(), "127.0.0.1:0", quiet)
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	server.Put(1, slave.NewUnit(slave.Sizes{Holdings: 2000}))
	b.Run("direct", func(b *testing.B) { benchmarkScan(b, server.Address(), 1) })
	b.Run("behind a line", func(b *testing.B) {
		line, err := faultline.Listen(b.Context(), "127.0.0.1:0", server.Address(), quiet)
		if err != nil {
			b.Fatal(err)
		}
		defer line.Close()
		benchmarkScan(b, line.Address(), 1)
	})
}

func benchmarkScan(b *testing.B, address string, inFlight int) {
	var tags []string
	for i := range 1600 {
		tags = append(tags, fmt.Sprintf(`name: t%d, address: "holding:%d", scale: 0.1`, i, i))
	}
	c := kit.Device(b, "tcp://"+address, fmt.Sprintf("in_flight: %d, max_registers: 100, timeout: 1m, shortest_timeout: 1m,", inFlight), tags...)
	d, s := kit.Compile(b, c), kit.Dial(b, c)
	row := protocols.NewRow(len(tags))
	plan := d.Plans()[0]
	requests := 0
	b.ReportAllocs()
	for b.Loop() {
		for step := 0; step < plan.Steps(); step++ {
			if err := s.Read(b.Context(), plan, step, row); err != nil {
				b.Fatal(err)
			}
		}
		requests += 16
	}
	b.ReportMetric(float64(requests)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(100*requests)/b.Elapsed().Seconds(), "tags/s")
}

// answering is a server that answers every read with zeros after a delay, as cheaply as can be.
func answering(b *testing.B, delay time.Duration) (address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerZeros(conn, delay)
		}
	}()
	return listener.Addr().String()
}

// answerZeros answers all requests of one read from the socket with one write.
func answerZeros(conn net.Conn, delay time.Duration) {
	defer conn.Close()
	in, out := make([]byte, 4096), make([]byte, 0, 64*wire.MaxMBAP)
	for {
		n, err := conn.Read(in)
		if err != nil {
			return
		}
		out = out[:0]
		for buf := in[:n]; len(buf) > 0; {
			f, length, err := wire.ParseMBAP(buf)
			if err != nil || length == 0 {
				return
			}
			count := 2 * int(f.PDU[4])
			pdu := append([]byte{f.PDU[0], byte(count)}, make([]byte, count)...)
			out = wire.AppendMBAP(out, wire.Frame{Transaction: f.Transaction, Unit: f.Unit, PDU: pdu})
			buf = buf[length:]
		}
		if delay > 0 {
			<-time.After(delay)
		}
		if _, err := conn.Write(out); err != nil {
			return
		}
	}
}
