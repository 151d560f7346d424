package iec61850

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// reserveFor is how long a device is to keep a buffered block for this client while it is away, in seconds.
const reserveFor = 60

// enable has a block report to this client, from where it had come to, and interrogates it. enabled is false where the device
// refuses.
func (b *subscription) enable(ctx context.Context, x *block) (enabled bool, err error) {
	s := b.session
	reservation := mms.BoolOf(true)
	if x.buffered {
		reservation = mms.IntOf(reserveFor)
	}
	options := []int{optSequence, optTime, optReason, optDataSet}
	if x.buffered {
		options = append(options, optOverflow, optEntry)
	}
	settings := []struct {
		name  string
		value mms.Data
	}{
		{x.reservation(), reservation},
		{"OptFlds", mms.BitsOf(optFieldsBits, options...)},
		{"TrgOps", mms.BitsOf(triggerBits, triggerChange, triggerQuality, triggerUpdate, triggerPeriod, triggerGeneral)},
		{"IntgPd", mms.UintOf(b.device.options.Integrity.Milliseconds())},
	}
	for _, set := range settings {
		refused, err := s.write(ctx, "set up "+x.reference(), x.attribute(set.name), set.value)
		if err != nil && unlessRefused(err) != nil {
			return false, err
		}
		if refused != nil || err != nil { // it is as the device is configured, or the edition does not have it
			s.logger.Debug("a report control block does not take a setting", "block", x.reference(), "setting", set.name)
		}
	}
	if err := b.resume(ctx, x); err != nil {
		return false, err
	}
	b.mutex.Lock()
	b.active = append(b.active, x)
	b.mutex.Unlock()
	refused, err := s.write(ctx, "enable "+x.reference(), x.attribute("RptEna"), mms.BoolOf(true))
	if refused == nil && err == nil {
		return true, b.interrogate(ctx, x)
	}
	b.mutex.Lock()
	b.active = slices.DeleteFunc(b.active, func(y *block) bool { return y == x })
	b.mutex.Unlock()
	s.logger.Warn("a report control block is not to be had", "device", b.device.name, "block", x.reference(), "refused", refused, "error", err)
	return false, unlessRefused(err)
}

// resume asks a buffered block for what it has behind the last entry that came from it.
func (b *subscription) resume(ctx context.Context, x *block) error {
	entry := b.device.memory.entry(x.name)
	if !x.buffered || entry == nil {
		return nil
	}
	refused, err := b.session.write(ctx, "resume "+x.reference(), x.attribute("EntryID"), mms.OctetsOf(entry))
	if refused != nil || err != nil && unlessRefused(err) == nil {
		b.session.logger.Warn("the device does not have the last entry any more: what it still has comes, and some may be lost",
			"device", b.device.name, "block", x.reference(), "entry", fmt.Sprintf("%x", entry))
		return nil
	}
	return err
}

// interrogate has a block tell how things are.
func (b *subscription) interrogate(ctx context.Context, x *block) error {
	refused, err := b.session.write(ctx, "interrogate "+x.reference(), x.attribute("GI"), mms.BoolOf(true))
	if refused != nil || err != nil && unlessRefused(err) == nil {
		b.session.logger.Warn("a report control block is not interrogated", "device", b.device.name, "block", x.reference(), "refused", refused, "error", err)
		err = nil
	}
	if refused != nil {
		b.mutex.Lock()
		x.settled = true // nothing will tell when the past has ended
		b.mutex.Unlock()
	}
	return err
}

// disable gives the blocks back, where the session lives on without the subscription.
func (b *subscription) disable() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, x := range b.active {
		if b.session.conn.Err() != nil {
			return // the device gives them back by itself
		}
		_, _ = b.session.write(ctx, "disable "+x.reference(), x.attribute("RptEna"), mms.BoolOf(false))
	}
}
