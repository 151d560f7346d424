package server

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// desk answers the requests of one client.
type desk struct {
	image    *image
	host     protocols.Host
	wait     time.Duration
	by       string // who writes
	answered func(answer []byte)
	wrote    func()
}

// answer returns the reply to a request.
func (d *desk) answer(ctx context.Context, unit byte, pdu []byte) []byte {
	answer := d.reply(ctx, unit, pdu)
	d.answered(answer)
	return answer
}

func (d *desk) reply(ctx context.Context, unit byte, pdu []byte) []byte {
	a, e := wire.ParseAsked(pdu)
	if e == 0 && !d.image.units[unit] {
		e = wire.GatewayNoPath
	}
	var data []byte
	if e == 0 {
		data, e = d.do(ctx, unit, a)
	}
	if e != 0 {
		return wire.AppendException(nil, wire.FunctionOf(pdu), e)
	}
	return wire.AppendAnswer(nil, a, data)
}

func (d *desk) do(ctx context.Context, unit byte, a wire.Asked) ([]byte, wire.Exception) {
	switch a.Function {
	case wire.ReadCoils:
		return d.bits(unit, modbus.Coil, a)
	case wire.ReadDiscreteInputs:
		return d.bits(unit, modbus.Discrete, a)
	case wire.ReadHolding:
		return d.registers(unit, modbus.Holding, a)
	case wire.ReadInput:
		return d.registers(unit, modbus.Input, a)
	case wire.WriteCoil, wire.WriteCoils:
		return nil, d.write(ctx, unit, modbus.Coil, a)
	case wire.MaskWrite:
		return nil, d.mask(ctx, unit, a)
	default:
		return nil, d.write(ctx, unit, modbus.Holding, a)
	}
}

// bits reads bits, packed.
func (d *desk) bits(unit byte, area modbus.Area, a wire.Asked) ([]byte, wire.Exception) {
	packed := make([]byte, (a.Count+7)/8)
	for i := range a.Count {
		data, e := d.at(place{unit, area, a.Address + uint16(i)}, 1)
		if e != 0 {
			return nil, e
		}
		packed[i/8] |= data[0] << (i % 8)
	}
	return packed, 0
}

// registers reads registers.
func (d *desk) registers(unit byte, area modbus.Area, a wire.Asked) ([]byte, wire.Exception) {
	data := make([]byte, 0, 2*a.Count)
	for i := range a.Count {
		one, e := d.at(place{unit, area, a.Address + uint16(i)}, 2)
		if e != 0 {
			return nil, e
		}
		data = append(data, one...)
	}
	return data, 0
}

// at reads one register, or one bit, of so many bytes.
func (d *desk) at(p place, width int) ([]byte, wire.Exception) {
	cells := d.image.cells[p]
	if len(cells) == 0 {
		return nil, wire.IllegalAddress
	}
	one := make([]byte, width)
	for _, c := range cells {
		data, e := d.read(p.area, c)
		if e != 0 {
			return nil, e
		}
		for i, b := range data[int(p.at-c.first)*width:][:width] {
			one[i] |= b
		}
	}
	return one, 0
}

// read returns the newest value of a cell as it stands in its registers.
func (d *desk) read(area modbus.Area, c *cell) ([]byte, wire.Exception) {
	s, ok := d.host.Sample(c.device, c.tag)
	v := s.Value
	switch bad := !ok || v.IsNull() || v.Quality().IsBad(); {
	case c.good:
		v = tag.BoolOf(!bad && v.Quality().IsGood())
	case bad && c.substitute.Kind() == tag.Absent:
		return nil, wire.DeviceFailure
	case bad:
		v = c.substitute
	}
	data, err := c.encode(area, v)
	if err != nil && c.substitute.Kind() != tag.Absent {
		data, err = c.encode(area, c.substitute) // the value does not fit: it cannot be shown
	}
	if err != nil || len(data) < c.span {
		return nil, wire.DeviceFailure
	}
	return data, 0
}

// order is a write to one tag.
type order struct {
	cell  *cell
	value tag.Value
}

// write writes the tags that stand where the client writes, one after the other. Nothing is written unless all of them
// may be and are written whole.
func (d *desk) write(ctx context.Context, unit byte, area modbus.Area, a wire.Asked) wire.Exception {
	var orders []order
	for i := 0; i < a.Count; {
		cells := d.image.cells[place{unit, area, a.Address + uint16(i)}]
		if len(cells) == 0 {
			return wire.IllegalAddress
		}
		c := cells[0]
		if !c.writable || int(c.first) != int(a.Address)+i || i+c.span > a.Count {
			return wire.IllegalAddress
		}
		v := c.codec.Value(part(area, a.Data, i, c.span))
		if v.Quality().IsBad() || v.IsNull() {
			return wire.IllegalValue
		}
		orders = append(orders, order{c, v})
		i += c.span
	}
	return d.carryOut(ctx, orders)
}

// part returns the registers or the packed bits from one on.
func part(area modbus.Area, data []byte, from, span int) []byte {
	if !area.HasBits() {
		return data[2*from : 2*(from+span)]
	}
	packed := make([]byte, (span+7)/8)
	for i := range span {
		packed[i/8] |= data[(from+i)/8] >> ((from + i) % 8) & 1 << (i % 8)
	}
	return packed
}

// mask writes a register of which the client names the bits to change (AP §6.16).
func (d *desk) mask(ctx context.Context, unit byte, a wire.Asked) wire.Exception {
	now, e := d.at(place{unit, modbus.Holding, a.Address}, 2)
	if e != 0 {
		return e
	}
	and, or := a.Data[:2], a.Data[2:]
	changed := make([]byte, 2)
	for i := range changed {
		changed[i] = now[i]&and[i] | or[i]&^and[i]
	}
	return d.write(ctx, unit, modbus.Holding, wire.Asked{Function: wire.WriteRegister, Address: a.Address, Count: 1, Data: changed})
}

// carryOut has the devices take the values, and waits for the outcome of each.
func (d *desk) carryOut(ctx context.Context, orders []order) wire.Exception {
	ctx, cancel := context.WithTimeout(ctx, d.wait)
	defer cancel()
	for _, o := range orders {
		if err := d.host.Write(ctx, o.cell.device, o.cell.tag, o.value, d.by); err != nil {
			e := exceptionOf(err)
			d.host.Logger.Info("a client's write was not done", "by", d.by, "device", o.cell.device, "tag", o.cell.tag,
				"exception", byte(e), "error", err)
			return e
		}
		d.wrote()
	}
	return 0
}

// exceptionOf returns the exception that tells a client what became of its write.
func exceptionOf(err error) wire.Exception {
	if _, refused := errors.AsType[*protocols.Refusal](err); refused {
		return wire.IllegalValue
	}
	if f, ok := errors.AsType[*protocols.Fault](err); ok {
		if f.Sent {
			return wire.GatewayNoResponse
		}
		return wire.DeviceFailure
	}
	return wire.Acknowledge // its outcome is open
}
