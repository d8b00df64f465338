"""Words that performances, amendments and material are sorted by (seed 001: 业绩类别, 业绩类型, 变更项)."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """业绩类别; chosen once."""

    WORKS = "works"
    """施工类."""
    SUPERVISION = "supervision"
    """监理类."""
    PROJECT_MANAGEMENT = "project_management"
    """项目管理（含监理）."""
    DESIGN = "design"
    """设计类（非 EPC）."""
    SUPPLY = "supply"
    """材料设备类."""
    SERVICES = "services"
    """其他服务类."""
    EPC = "epc"
    """工程总承包."""


class Grade(StrEnum):
    """业绩类型. A asks for supporting material."""

    A = "A"
    B = "B"
    C = "C"


class AmendedItem(StrEnum):
    """What of a contract changed; each is a field of its template."""

    SECTION_NAME = "section_name"
    CONTRACTOR = "contractor"
    CLIENT = "client"
    MANAGER = "manager"
    PRICE = "price"
    CONTENT = "content"


class Purpose(StrEnum):
    """What further material is for."""

    EVIDENCE = "evidence"
    """佐证材料."""
    EXPLANATION = "explanation"
    """总体补充说明."""
