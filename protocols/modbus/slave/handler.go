package slave

import "github.com/simonvetter/modbus"

// handler answers requests from the units' tables. For a unit that is not there it speaks as a gateway does.
type handler struct{ slave *Slave }

var _ modbus.RequestHandler = handler{}

func (h handler) unit(number uint8) (*Unit, error) {
	if u := h.slave.Unit(number); u != nil {
		return u, nil
	}
	return nil, modbus.ErrGWTargetFailedToRespond
}

// HandleCoils is described at modbus.RequestHandler.
func (h handler) HandleCoils(r *modbus.CoilsRequest) ([]bool, error) {
	u, err := h.unit(r.UnitId)
	if err != nil {
		return nil, err
	}
	if r.IsWrite {
		return nil, writes(u, &u.coils, int(r.Addr), r.Args)
	}
	return reads(u, &u.coils, int(r.Addr), int(r.Quantity))
}

// HandleDiscreteInputs is described at modbus.RequestHandler.
func (h handler) HandleDiscreteInputs(r *modbus.DiscreteInputsRequest) ([]bool, error) {
	u, err := h.unit(r.UnitId)
	if err != nil {
		return nil, err
	}
	return reads(u, &u.discretes, int(r.Addr), int(r.Quantity))
}

// HandleInputRegisters is described at modbus.RequestHandler.
func (h handler) HandleInputRegisters(r *modbus.InputRegistersRequest) ([]uint16, error) {
	u, err := h.unit(r.UnitId)
	if err != nil {
		return nil, err
	}
	return reads(u, &u.inputs, int(r.Addr), int(r.Quantity))
}

// HandleHoldingRegisters is described at modbus.RequestHandler.
func (h handler) HandleHoldingRegisters(r *modbus.HoldingRegistersRequest) ([]uint16, error) {
	u, err := h.unit(r.UnitId)
	if err != nil {
		return nil, err
	}
	if u.isMissing(int(r.Addr), int(r.Quantity)) {
		return nil, modbus.ErrIllegalDataAddress
	}
	if r.IsWrite {
		return nil, writes(u, &u.holdings, int(r.Addr), r.Args)
	}
	return reads(u, &u.holdings, int(r.Addr), int(r.Quantity))
}
