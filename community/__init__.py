"""The rooms about the community itself: areas, residents, needs, rumours."""
