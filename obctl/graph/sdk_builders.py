"""The SDK's request builders that obctl uses, imported once and quietly.

Each of their modules holds classes that warn about their own deprecation as they are defined, and
the SDK imports them on first use, wherever that may be.
"""

# ruff: noqa: F401  imported so that nobody else is the first to do it

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from msgraph.generated.places.graph_building.graph_building_request_builder import (
        GraphBuildingRequestBuilder,
    )
    from msgraph.generated.places.graph_floor.graph_floor_request_builder import (
        GraphFloorRequestBuilder,
    )
    from msgraph.generated.places.graph_room.graph_room_request_builder import (
        GraphRoomRequestBuilder,
    )
    from msgraph.generated.places.graph_room_list.graph_room_list_request_builder import (
        GraphRoomListRequestBuilder,
    )
    from msgraph.generated.places.item.descendants.descendants_request_builder import (
        DescendantsRequestBuilder,
    )
    from msgraph.generated.places.item.graph_room_list import (
        graph_room_list_request_builder as room_list_item,
    )
    from msgraph.generated.places.item.graph_room_list.rooms.rooms_request_builder import (
        RoomsRequestBuilder,
    )
    from msgraph.generated.places.item.place_item_request_builder import PlaceItemRequestBuilder
    from msgraph.generated.places.places_request_builder import PlacesRequestBuilder
    from msgraph.generated.subscriptions.item.reauthorize.reauthorize_request_builder import (
        ReauthorizeRequestBuilder,
    )
    from msgraph.generated.subscriptions.item.subscription_item_request_builder import (
        SubscriptionItemRequestBuilder,
    )
    from msgraph.generated.subscriptions.subscriptions_request_builder import (
        SubscriptionsRequestBuilder,
    )
    from msgraph.generated.users.item.calendar.calendar_request_builder import (
        CalendarRequestBuilder,
    )
    from msgraph.generated.users.item.calendar.calendar_view.calendar_view_request_builder import (
        CalendarViewRequestBuilder,
    )
    from msgraph.generated.users.item.calendar.events import events_request_builder as in_calendar
    from msgraph.generated.users.item.calendar.get_schedule.get_schedule_request_builder import (
        GetScheduleRequestBuilder,
    )
    from msgraph.generated.users.item.calendar_view import calendar_view_request_builder as of_user
    from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import (
        DeltaRequestBuilder,
    )
    from msgraph.generated.users.item.events.events_request_builder import EventsRequestBuilder
    from msgraph.generated.users.item.events.item.cancel.cancel_request_builder import (
        CancelRequestBuilder,
    )
    from msgraph.generated.users.item.events.item.decline.decline_request_builder import (
        DeclineRequestBuilder,
    )
    from msgraph.generated.users.item.events.item.event_item_request_builder import (
        EventItemRequestBuilder,
    )
    from msgraph.generated.users.item.events.item.instances.instances_request_builder import (
        InstancesRequestBuilder,
    )
    from msgraph.generated.users.item.mailbox_settings.mailbox_settings_request_builder import (
        MailboxSettingsRequestBuilder,
    )
    from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

__all__ = [
    "CalendarViewRequestBuilder",
    "DeltaRequestBuilder",
    "EventItemRequestBuilder",
    "EventsRequestBuilder",
    "GraphBuildingRequestBuilder",
    "GraphFloorRequestBuilder",
    "GraphRoomListRequestBuilder",
    "GraphRoomRequestBuilder",
    "InstancesRequestBuilder",
    "MailboxSettingsRequestBuilder",
    "RoomsRequestBuilder",
    "UserItemRequestBuilder",
    "UsersRequestBuilder",
]
