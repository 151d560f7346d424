package demo

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// farBroker is the far end of the sink. It can be away.
type farBroker struct {
	address string
	logger  *slog.Logger

	mu     sync.Mutex
	broker *mqttd.Broker // nil while it is away
}

func startFarBroker(logger *slog.Logger) (*farBroker, error) {
	f := &farBroker{address: "127.0.0.1:0", logger: logger}
	if err := f.setAway(false); err != nil {
		return nil, err
	}
	f.address = f.broker.Addresses()[0].String()
	return f, nil
}

// setAway stops the broker, or starts it where it was.
func (f *farBroker) setAway(away bool) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if away == (f.broker == nil) {
		return nil
	}
	if away {
		return f.stop()
	}
	everything := mqttd.All()
	f.broker, err = mqttd.Start(mqttd.Config{
		Listeners: []mqttd.Listener{{Address: f.address, Anonymous: &everything}}, Logger: f.logger,
	})
	return err
}

// stop ends the broker; the lock is held.
func (f *farBroker) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := f.broker.Close(ctx)
	f.broker = nil
	return err
}

func (f *farBroker) close() error { return f.setAway(true) }
