"""Invented works: names of sections, scopes, standards, grades."""

from __future__ import annotations

from random import Random

from samples.values.places import Region
from samples.values.value import Value

_OBJECTS = (
    "第二中学新建教学楼",
    "人民医院门诊综合楼",
    "滨河公园景观提升",
    "老旧小区配套基础设施改造",
    "污水处理厂扩建",
    "锦屏路道路改造",
    "保障性住房",
    "产业园标准厂房",
    "体育馆",
    "雨污分流管网改造",
)

_BUILDING = (
    "房屋建筑工程施工",
    "建筑工程总承包",
    "市政公用工程施工",
    "建筑装修装饰工程",
    "园林绿化工程施工",
    "机电设备安装工程",
    "消防设施工程",
    "钢结构工程",
    "防水防腐保温工程",
    "土石方工程",
    "道路、桥梁、隧道工程施工",
    "管道工程",
    "建筑劳务分包",
    "建筑材料销售",
    "机械设备租赁",
    "工程技术咨询服务",
    "地基与基础工程",
    "城市及道路照明工程",
    "公路工程施工",
    "水利水电工程施工",
    "建筑物拆除作业（爆破作业除外）",
    "五金产品批发",
    "水暖器材销售",
    "普通货物道路运输",
    "物业管理",
)

_CATEGORIES = (
    "建筑工程施工总承包",
    "市政公用工程施工总承包",
    "公路工程施工总承包",
    "水利水电工程施工总承包",
    "机电工程施工总承包",
    "钢结构工程专业承包",
    "建筑装修装饰工程专业承包",
    "地基基础工程专业承包",
    "消防设施工程专业承包",
    "防水防腐保温工程专业承包",
    "环保工程专业承包",
    "建筑机电安装工程专业承包",
)


def section(rng: Random, where: Region) -> Value:
    part = rng.choice(("工程", "项目", "工程（一标段）", "项目施工二标段", "工程EPC总承包", "工程施工"))
    return Value.plain(f"{where.city}{where.district if rng.random() < 0.5 else ''}{rng.choice(_OBJECTS)}{part}")


def business_scope(rng: Random, items: int) -> Value:
    """A business scope of ``items`` activities, with the closing note that most licences carry."""
    chosen = rng.sample(_BUILDING, min(items, len(_BUILDING)))
    notes = (
        "（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
        "（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以审批结果为准）",
    )
    if rng.random() < 0.4 and items > 6:
        half = items // 3
        text = f"许可项目：{'；'.join(chosen[:half])}{notes[1]}一般项目：{'；'.join(chosen[half:])}"
        text += "（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）"
        return Value(text, text)
    text = rng.choice(("；", "、")).join(chosen) + "。" + notes[0]
    return Value(text, text)


def grades(rng: Random, count: int) -> tuple[str, ...]:
    """Distinct qualification entries, category and grade, like 建筑工程施工总承包壹级."""
    words = rng.choice((("壹级", "贰级", "叁级"), ("一级", "二级", "三级")))
    return tuple(category + rng.choice(words) for category in rng.sample(_CATEGORIES, count))


def certified_scope(rng: Random, subject: str) -> Value:
    """What a management system covers."""
    work = "、".join(
        rng.sample(
            (
                "房屋建筑工程施工",
                "市政公用工程施工",
                "建筑装修装饰工程施工",
                "机电安装工程施工",
                "园林绿化工程施工",
                "公路工程施工",
                "钢结构制作与安装",
                "消防设施工程施工",
            ),
            rng.choice((2, 3, 4)),
        )
    )
    tail = {"quality": "", "environment": "及相关环境管理活动", "safety": "及相关职业健康安全管理活动"}[subject]
    note = "（资质范围内）" if rng.random() < 0.4 else ""
    return Value.plain(f"{note}{work}{tail}")


def works_content(rng: Random) -> Value:
    items = rng.sample(
        (
            "土建工程",
            "给排水工程",
            "采暖工程",
            "通风与空调工程",
            "电气工程",
            "消防工程",
            "室外管网",
            "道路硬化",
            "绿化工程",
            "外墙保温",
            "门窗工程",
            "屋面防水",
        ),
        rng.choice((4, 5, 6)),
    )
    tail = rng.choice(
        ("等施工图纸及工程量清单所示全部内容", "等招标文件范围内的全部内容", "，详见施工图纸及工程量清单")
    )
    return Value.plain("、".join(items) + tail)
