"""What a run means: energy audit and key figures."""

from heatsim.analysis.audit import AuditResult, Balance, audit
from heatsim.analysis.groups import Kpi
from heatsim.analysis.kpis import KpiTable, kpis, print_kpis, to_json

__all__ = ["AuditResult", "Balance", "Kpi", "KpiTable", "audit", "kpis", "print_kpis", "to_json"]
